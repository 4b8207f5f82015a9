// SPDX-License-Identifier: Apache-2.0
// The dense solver in this process.

import Solvers
import Testing

@Suite struct LAPACKEigenSolverTests {
    private func solve(
        _ linearOperator: some LinearOperator, _ count: Int, _ which: Which = .smallestReal
    ) throws -> Eigenpairs {
        try LAPACKEigenSolver(request: EigenRequest(of: linearOperator, count: count, which: which)).solve()
    }

    /// CONFORMANCE.md, part D.
    @Test(
        "Ground energies",
        arguments: [
            (4, -1.616025403784, -2), (6, -2.493577133888, -2.802775637732), (8, -3.374932598688, -3.651093408937),
            (10, -4.258035207283, -4.515446354492),
        ])
    func groundEnergies(sites: Int, open: Double, cyclic: Double) throws {
        #expect(abs(try solve(HeisenbergChain(sites: sites), 1).values[0] - open) < 1e-9)
        #expect(abs(try solve(HeisenbergChain(sites: sites, cyclic: true), 1).values[0] - cyclic) < 1e-9)
    }

    @Test func degenerateLevelsAreCompleteAndTold() throws {
        let pairs = try solve(HeisenbergChain(sites: 10), 4)
        let expected = [-4.258035207283, -3.930673589502, -3.930673589502, -3.930673589502]
        #expect(zip(pairs.values, expected).allSatisfy { abs($0 - $1) < 1e-9 })
        #expect(pairs.residuals.allSatisfy { $0 < 1e-8 } && pairs.orthogonalityDefect < 1e-10)
        #expect(pairs.solver == .lapack && pairs.completeness == .checked && pairs.isLastLevelCut == false)
        #expect(try solve(HeisenbergChain(sites: 10), 2).isLastLevelCut == true)
    }

    /// CONFORMANCE.md, part D: sums over the spectrum, and levels in the middle of it.
    @Test func theWholeSpectrumIsRight() throws {
        let values = try solve(HeisenbergChain(sites: 10), 1024).values
        #expect(abs(values.reduce(0) { $0 + abs($1) } - 1081.050594249333) < 1e-8)
        #expect(abs(values[1023] - 2.25) < 1e-10)
        let fields = [
            -0.6811369823120077, 1.1666320665867493, 1.9492227870032888, -0.20598914779640487, 2.6431464571599363,
            1.8224386200739067, 2.900155489345995, -1.9821824544973974, 0.12650826875878374, 2.673104501857444,
        ]
        let disordered = try solve(HeisenbergChain(sites: 10, fields: fields), 1024).values
        for level in [-0.052357129845, 0.037858259494, 0.050808986139, 0.054232748470, 0.103777283860] {
            #expect(disordered.contains { abs($0 - level) < 1e-9 })
        }
    }

    @Test("Every count from every end", arguments: Which.allCases)
    func everyCount(which: Which) throws {
        let entries = [3.0, -3, 2, -5, 1, 1, 0.5, 4, -1, 2.5]
        let order: [Double] =
            switch which {
            case .smallestReal: entries.sorted()
            case .largestReal: entries.sorted(by: >)
            case .largestMagnitude: entries.sorted { (-abs($0), $0) < (-abs($1), $1) }
            }
        for count in 1...entries.count {
            let pairs = try solve(DiagonalOperator(entries: entries), count, which)
            #expect(pairs.values == pairs.values.sorted())
            if which != .largestMagnitude || count != 3 {
                #expect(zip(pairs.values, order.prefix(count).sorted()).allSatisfy { abs($0 - $1) < 1e-12 })
            }
            #expect(pairs.vector(0).count == entries.count)
        }
    }

    @Test func degenerateAndZeroMatrices() throws {
        let identity = try solve(DiagonalOperator(entries: Array(repeating: 1, count: 40)), 5)
        #expect(identity.values.allSatisfy { abs($0 - 1) < 1e-14 } && identity.isLastLevelCut == true)
        #expect(try solve(DiagonalOperator(entries: [0, 0, 0]), 3).values == [0, 0, 0])
        #expect(try solve(DiagonalOperator(entries: [7]), 1).values == [7])
    }

    @Test func senselessRequestsAreRefused() throws {
        func expect(_ code: SolverError.Code, _ body: () throws -> Eigenpairs) {
            #expect { try body() } throws: { ($0 as? SolverError)?.code == code }
        }
        expect(.invalidArgument) { try solve(HeisenbergChain(sites: 3), 0) }
        expect(.invalidArgument) { try solve(HeisenbergChain(sites: 3), 9) }
        expect(.invalidOperator) { try solve(HeisenbergChain(sites: 31), 1) }
        expect(.notSymmetric) { try solve(TriangularOperator(claimsSymmetry: false), 1) }
        expect(.notSymmetric) { try solve(TriangularOperator(claimsSymmetry: true), 1) }
        expect(.tooLargeForLocal) { try solve(HeisenbergChain(sites: 13), 1) }
    }

    @Test func theLimitIsInclusive() {
        #expect(LAPACKEigenSolver<HeisenbergChain>.maximumDimension == 4096)
    }
}
