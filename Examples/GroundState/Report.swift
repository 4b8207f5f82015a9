// SPDX-License-Identifier: Apache-2.0
// What the example prints.

import ExampleSupport
import Foundation
import Solvers

/// The result of a calculation, and how it came about.
struct Report {
    let chain: HeisenbergChain
    let strategy: String
    /// The process ids of the workers; this process where the strategy is local.
    let processes: [Int]
    let pairs: Eigenpairs
    /// Seconds until the workers were there.
    let launch: Double
    /// Seconds from the start to the result.
    let total: Double

    /// For people.
    func text() -> String {
        [heading, levels, phases].joined(separator: "\n\n")
    }

    private var heading: String {
        let shape = chain.cyclic ? "cyclic" : "open"
        let (solver, ranks) = solver
        let place =
            strategy == "local"
            ? "in this process (\(processes[0]))"
            : "on \(ranks) MPI worker process\(ranks == 1 ? "" : "es") (\(processes.map(String.init).joined(separator: ", ")))"
        let check =
            pairs.completeness == .checked
            ? "no level is missing" : "whether a level is missing was not checked"
        return """
            Heisenberg chain, \(chain.sites) sites, \(shape): \(chain.shape.rows) states
            Solved by \(solver) \(place), strategy \(strategy); \(check)
            """
    }

    private var levels: String {
        var table = TextTable("level", "energy", "energy per site", "residual")
        for (index, value) in pairs.values.enumerated() {
            table.append(
                "\(index)", Format.fixed(value, 12), Format.fixed(value / Double(chain.sites), 12),
                Format.scientific(pairs.residuals[index], 1))
        }
        let more = pairs.isLastLevelCut == true ? "\nThe last level has more states than were asked for." : ""
        return table.text() + more
    }

    private var phases: String {
        var table = TextTable("phase", "seconds")
        for (name, value) in seconds { table.append(name, Format.fixed(value, 3)) }
        return table.text()
    }

    private var solver: (name: String, ranks: Int) {
        switch pairs.solver {
        case .slepc(let ranks): ("SLEPc", ranks)
        case .lapack: ("LAPACK", 1)
        }
    }

    /// The time of each phase, in their order, and the sum of all that passed.
    private var seconds: KeyValuePairs<String, Double> {
        [
            "launch": launch,
            "build": pairs.timings.build,
            "assembly": pairs.timings.assembly,
            "solve": pairs.timings.solve,
            "check": pairs.timings.check,
            "verification": pairs.timings.verification,
            "gather": pairs.timings.gather,
            "total": total,
        ]
    }

    /// For programs: one object on one line.
    func json() throws -> String {
        let (solver, ranks) = solver
        let object = Object(
            strategy: strategy, workers: processes.count, solver: solver, ranks: ranks, processes: processes,
            sites: chain.sites, cyclic: chain.cyclic, eigenvalues: pairs.values, residuals: pairs.residuals,
            seconds: Dictionary(uniqueKeysWithValues: seconds.map { ($0.key, $0.value) }))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(object), as: UTF8.self)
    }

    private struct Object: Encodable {
        let strategy: String
        let workers: Int
        let solver: String
        let ranks: Int
        let processes: [Int]
        let sites: Int
        let cyclic: Bool
        let eigenvalues: [Double]
        let residuals: [Double]
        let seconds: [String: Double]
    }
}
