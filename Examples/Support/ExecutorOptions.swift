// SPDX-License-Identifier: Apache-2.0
// The command-line options that choose where an example's work runs.

package import ArgumentParser
package import Futures
import MPIFutures

/// Where the work of an example runs.
package struct ExecutorOptions: ParsableArguments {
    /// The strategies that the examples know by name.
    package enum StrategyName: String, ExpressibleByArgument, CaseIterable, Sendable {
        case automatic, dynamic, local, masterWorker, syncro

        /// What the executor is asked for.
        var strategy: Strategy {
            switch self {
            case .automatic: .automatic
            case .dynamic: .dynamic
            case .local: .local
            case .masterWorker: .masterWorker
            case .syncro: .syncro
            }
        }
    }

    /// How many workers.
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The number of workers (default: MPIFUTURES_WORKERS, else one per physical core).", valueName: "count"))
    package var workers: Int?

    /// How the workers come to be.
    @Option(
        help: ArgumentHelp(
            "Where the work runs: on MPI workers that the program starts (dynamic), in this process (local), on the ranks "
                + "that mpirun started (masterWorker), on ranks that all run the program (syncro), or as "
                + "MPIFUTURES_STRATEGY and the launch say (automatic)."))
    package var strategy: StrategyName = .automatic

    /// No options given.
    package init() {}

    /// Refuses a pool without workers.
    package func validate() throws {
        if let workers, workers < 1 {
            throw ValidationError("--workers is \(workers): at least 1 worker is needed.")
        }
    }

    /// Runs a body with the executor that was asked for, and lets its workers leave, whatever happens.
    ///
    /// - Parameters:
    ///   - seed: Seed of the random streams of tasks.
    ///   - body: What to do with the executor.
    package func withExecutor<Result>(
        seed: UInt64 = 0, _ body: (ChosenExecutor) async throws -> Result
    ) async throws -> Result {
        switch strategy {
        case .local:
            let executor = LocalExecutor(concurrency: workers, seed: seed)
            let chosen = ChosenExecutor(
                executor: executor, strategy: "local", workers: await executor.concurrency, isRoot: true)
            return try await ending({ await executor.shutdown(cancelPending: $0) }) { try await body(chosen) }
        case .automatic, .dynamic, .masterWorker, .syncro:
            let executor = try await MPIExecutor(strategy: strategy.strategy, workers: workers, seed: seed)
            let chosen = ChosenExecutor(
                executor: executor, strategy: "\(executor.strategy)", workers: executor.workers,
                isRoot: executor.isRoot)
            return try await ending({ await executor.shutdown(cancelPending: $0) }) { try await body(chosen) }
        }
    }

    private func ending<Result>(
        _ shutdown: (_ cancelPending: Bool) async -> Void, after body: () async throws -> Result
    ) async throws -> Result {
        let result: Result
        do {
            result = try await body()
        } catch {
            await shutdown(true)
            throw error
        }
        await shutdown(false)
        return result
    }
}

/// An executor and what to say about it.
package struct ChosenExecutor: Sendable {
    /// Where tasks go.
    package let executor: any FutureExecutor
    /// The name of the strategy that is in force.
    package let strategy: String
    /// The number of workers, or of tasks at a time where there are none.
    package let workers: Int
    /// Whether this process is the one that writes results; others may run the program too.
    package let isRoot: Bool

    /// Whether tasks run in this process.
    package var isLocal: Bool { strategy == "local" }
}
