// SPDX-License-Identifier: Apache-2.0
// What the example computes.

import ExampleSupport
import Foundation
import Futures
import MPI
import MPIFutures
import Solvers

/// The wanted levels of a chain, solved by an executor.
struct Calculation {
    let chain: HeisenbergChain
    let count: Int
    let chosen: ChosenExecutor

    /// Starts the workers, solves, and reports what was done.
    ///
    /// - Parameter say: Told what is being done.
    func run(say: @escaping @Sendable (String) -> Void) async throws -> Report {
        let clock = ContinuousClock()
        let start = clock.now
        // The pool would start with the solve; asking its workers first tells the two times apart.
        let processes = try await workerProcesses()
        let launch = (clock.now - start) / .seconds(1)
        let place = chosen.isLocal ? "in this process" : "on \(chosen.workers) workers"
        say("solving \(chain.shape.rows) rows \(place)")
        let future = await chosen.executor.eigenpairs(
            of: chain, count: count, options: EigenOptions(wantsVectors: false))
        let pairs = try await future.value
        return Report(
            chain: chain, strategy: chosen.strategy, processes: processes, pairs: pairs, launch: launch,
            total: (clock.now - start) / .seconds(1))
    }

    /// The process ids of the workers, collected by a collective task of all of them.
    private func workerProcesses() async throws -> [Int] {
        if chosen.isLocal { return [Int(getpid())] }
        return try await chosen.executor.submit(0, ranks: chosen.workers) { _, communicator in
            try communicator.allGather(Int(getpid()))
        }.value
    }
}
