// SPDX-License-Identifier: Apache-2.0
// The checks themselves.

import MPI
import Solvers

extension Checks {
    /// Everything that needs no task.
    func runAll() {
        chains()
        degenerateLevels()
        tinyProblems()
        otherEnds()
        randomSpectra(trials: 40, seed: 3, largest: 150)
        errors()
        session()
    }

    /// Ground energies: CONFORMANCE.md, part D.
    private func chains() {
        let references: [(Int, Double, Double)] = [
            (4, -1.616025403784, -2), (6, -2.493577133888, -2.802775637732),
            (8, -3.374932598688, -3.651093408937), (10, -4.258035207283, -4.515446354492),
        ]
        for (sites, open, cyclic) in references {
            check("chain of \(sites), open") {
                try expect(try solve(HeisenbergChain(sites: sites), 1).values, near: [open])
            }
            check("chain of \(sites), cyclic") {
                try expect(try solve(HeisenbergChain(sites: sites, cyclic: true), 1).values, near: [cyclic])
            }
        }
        check("chain of 16, open") {
            try expect(try solve(HeisenbergChain(sites: 16), 1).values, near: [-6.911737145575])
        }
        check("chain with fields equals LAPACK's") {
            let fields = [0.3, -1.2, 0.7, 0.1, -0.4, 0.9, -0.2]
            let chain = HeisenbergChain(sites: 7, cyclic: true, coupling: 0.8, fields: fields)
            let dense = try LAPACKEigenSolver(request: EigenRequest(of: chain, count: 9, which: .smallestReal)).solve()
            try expect(try solve(chain, 9).values, near: dense.values)
        }
    }

    private func degenerateLevels() {
        check("chain of 10: the triple level is complete") {
            let pairs = try solve(HeisenbergChain(sites: 10), 4)
            let triple = -3.930673589502
            try expect(pairs.values, near: [-4.258035207283, triple, triple, triple])
            try expect(pairs.isLastLevelCut == false, "cut: \(String(describing: pairs.isLastLevelCut))")
            try expect(pairs.completeness == .checked, "unchecked")
        }
        check("chain of 10: seven levels") {
            let (second, third) = (-3.930673589502, -3.527043571617)
            let values = try solve(HeisenbergChain(sites: 10), 7).values
            try expect(values, near: [-4.258035207283, second, second, second, third, third, third])
        }
        check("chain of 10: a cut level says so") {
            let pairs = try solve(HeisenbergChain(sites: 10), 3)
            try expect(pairs.values, near: [-4.258035207283, -3.930673589502, -3.930673589502])
            try expect(pairs.isLastLevelCut == true, "not told")
        }
        check("chain of 17: the ground doublet is complete") {
            // 17 spins 1/2 make a half-integer total spin: every level is even-fold (Kramers).
            let pairs = try solve(HeisenbergChain(sites: 17), 2)
            try expect(abs(pairs.values[0] - pairs.values[1]) < 1e-9, "\(pairs.values)")
            try expect(pairs.isLastLevelCut == false, "cut")
        }
        check("the identity") {
            let pairs = try solve(Diagonal(entries: Array(repeating: 1, count: 50)), 3)
            try expect(pairs.values, near: [1, 1, 1])
            try expect(pairs.isLastLevelCut == true, "not told")
        }
        check("the zero matrix") {
            try expect(
                try solve(Diagonal(entries: Array(repeating: 0, count: 20)), 20).values,
                near: Array(repeating: 0, count: 20))
        }
        check("blocks of equal values") {
            let entries = (0..<300).map { Double($0 / 6) - 10 }
            for seed in UInt64(0)..<5 {
                let pairs = try solve(
                    Diagonal(entries: entries.reversed()), 15, .smallestReal, EigenOptions(seed: seed))
                try expect(pairs.values, near: Array(entries.prefix(15)))
            }
        }
        check("unchecked says so") {
            let pairs = try solve(HeisenbergChain(sites: 10), 1, .smallestReal, EigenOptions(completeness: .unchecked))
            try expect(pairs.completeness == .unchecked && pairs.isLastLevelCut == nil, "\(pairs.completeness)")
        }
    }

    private func tinyProblems() {
        check("every count of tiny spectra") {
            for dimension in [1, 2, 3, 4, 5, 8, 13] {
                let entries = (0..<dimension).map { Double(($0 * 7) % dimension) - 2 }
                for count in 1...dimension {
                    let pairs = try solve(Diagonal(entries: entries), count)
                    try expect(pairs.values, near: Array(entries.sorted().prefix(count)))
                }
            }
        }
        check("every count of short chains") {
            for sites in 1...4 {
                let chain = HeisenbergChain(sites: sites, cyclic: sites > 1)
                let all = 1 << sites
                let dense = try LAPACKEigenSolver(request: EigenRequest(of: chain, count: all, which: .smallestReal))
                    .solve()
                for count in 1...all {
                    try expect(try solve(chain, count).values, near: Array(dense.values.prefix(count)))
                }
            }
        }
    }

    private func otherEnds() {
        check("the largest of the chain of 10") {
            // Total spin 5: 11 states.
            let pairs = try solve(HeisenbergChain(sites: 10), 11, .largestReal)
            try expect(pairs.values, near: Array(repeating: 2.25, count: 11))
            try expect(pairs.isLastLevelCut == false, "cut")
            try expect(try solve(HeisenbergChain(sites: 10), 5, .largestReal).isLastLevelCut == true, "not told")
        }
        check("the largest magnitudes") {
            let entries = [3.0, -3, 2, -5, 1, 0, 0.5, 4, -1, 2.5]
            try expect(try solve(Diagonal(entries: entries), 4, .largestMagnitude).values, near: [-5, -3, 3, 4])
        }
        check("values without vectors") {
            let pairs = try solve(HeisenbergChain(sites: 8), 2, .smallestReal, EigenOptions(wantsVectors: false))
            try expect(pairs.vectors.isEmpty && pairs.residuals.count == 2, "vectors")
        }
        check("gangs beside each other") {
            // Rank 0 alone solves one problem while the others solve another.
            try world.withSplit(color: min(world.rank, 1)) { part in
                let sites = part.size == world.size ? 8 : 6 + min(world.rank, 1)
                let request = EigenRequest(of: HeisenbergChain(sites: sites), count: 2, which: .smallestReal)
                let pairs = try SLEPcEigenSolver(request, on: part).solve()
                try expect(pairs.solver == .slepc(ranks: part.size), "\(pairs.solver)")
                try expect(pairs.vectors.count == (part.rank == 0 ? 2 << sites : 0), "\(pairs.vectors.count)")
            }
        }
        check("messages of the user's stay out of the gather") {
            try world.send(42.0, to: (world.rank + 1) % world.size, tag: 0)
            try expect(try solve(HeisenbergChain(sites: 5), 2).residuals.count, is: 2)
            let source = (world.rank + world.size - 1) % world.size
            try expect(try world.receive(Double.self, from: source, tag: 0).value, is: 42)
        }
    }
}
