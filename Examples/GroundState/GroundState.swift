// SPDX-License-Identifier: Apache-2.0
// The example's command: the lowest energies of a spin chain.

import ArgumentParser
import ExampleSupport
import Foundation
import Futures
import Solvers

/// Solves the Heisenberg chain on MPI workers that start by themselves.
@main struct GroundState: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "GroundState",
        abstract: "The lowest energies of the Heisenberg chain of spins 1/2.",
        discussion: """
            Solves H = Σ Sᵢ·Sᵢ₊₁ in the full basis of 2^sites states. On MPI workers, which the program starts itself, \
            SLEPc solves it on all of them together; with --strategy local LAPACK solves up to 12 sites in this process.
            """)

    @Option(name: .shortAndLong, help: ArgumentHelp("The number of spins.", valueName: "n"))
    var sites: Int

    @Flag(help: "Bind the last site to the first.")
    var cyclic = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("How many levels, counted with their degeneracy.", valueName: "k"))
    var count = 1

    @OptionGroup var executor: ExecutorOptions

    @Flag(help: "Print one JSON object instead of tables.")
    var json = false

    var chain: HeisenbergChain { HeisenbergChain(sites: sites, cyclic: cyclic) }

    func validate() throws {
        do {
            try chain.validate()
        } catch let error as SolverError {
            throw ValidationError("--sites is \(sites): \(error.message).")
        }
        guard 1...chain.shape.rows ~= count else {
            throw ValidationError("--count is \(count): a chain of \(sites) sites has 1 to \(chain.shape.rows) levels.")
        }
    }

    func run() async throws {
        try await reportingFailures(describe: { ($0 as? SolverError)?.message }) {
            let (report, isRoot) = try await executor.withExecutor { chosen in
                let first = chosen.isLocal ? "starting" : "starting \(chosen.workers) workers"
                let report = try await Spinner.spinning(first) { spinner in
                    try await Calculation(chain: chain, count: count, chosen: chosen).run { spinner.say($0) }
                }
                return (report, chosen.isRoot)
            }
            guard isRoot else { return }
            print(json ? try report.json() : report.text())
        }
    }
}
