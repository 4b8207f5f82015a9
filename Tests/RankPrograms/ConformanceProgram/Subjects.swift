// SPDX-License-Identifier: Apache-2.0
// The executors of this package, as subjects of the suite.

import ExecutorConformance
import Foundation
import Futures
import MPIFutures

/// The kinds of executor that this package has.
enum Subjects {
    /// This process's rank in the MPI job that it was started in, 0 elsewhere.
    static var rank: Int {
        let environment = ProcessInfo.processInfo.environment
        let names = ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"]
        return names.lazy.compactMap { environment[$0].flatMap { Int($0) } }.first ?? 0
    }

    /// A kind of executor with that many workers.
    static func subject(_ name: String, workers: Int) async throws -> ConformanceSubject {
        switch name {
        case "local": return local(name, workers, rehearses: false)
        case "rehearsal": return local(name, workers, rehearses: true)
        case "dynamic":
            let abilities = Abilities(encodes: true, usesProcesses: true, survivesLoss: true, largestGang: workers)
            return mpi(name, .dynamic, abilities, workers)
        case "masterWorker":
            let ranks = try await largestGang(.masterWorker)
            let abilities = Abilities(
                encodes: true, usesProcesses: ranks > 1, choosesWorkers: false, largestGang: ranks)
            return mpi(name, .masterWorker, abilities, workers)
        case "syncro":
            let abilities = Abilities(
                cancels: false, isInLockstep: true, encodes: true, choosesWorkers: false,
                largestGang: try await largestGang(.syncro))
            let exceptions = [
                "fairness": "tasks run in the order of their submission, which is the same on all ranks"
            ]
            return mpi(name, .syncro, abilities, workers, exceptions: exceptions)
        default:
            throw ExecutorError(.invalidArgument, "no strategy \(name)")
        }
    }

    private static func local(_ name: String, _ workers: Int, rehearses: Bool) -> ConformanceSubject {
        let exceptions = ["max_workers_negative": "it is a programmer's error there: `LocalExecutor` stops the program"]
        return ConformanceSubject(name, Abilities(encodes: rehearses), exceptions: exceptions) { request in
            let executor = LocalExecutor(
                concurrency: request.workers ?? workers, rehearses: rehearses, seed: request.seed,
                initializer: request.initializer)
            return SubjectExecutor(executor, bootUp: { try await executor.bootUp() }) {
                await executor.shutdown(cancelPending: $0)
            }
        }
    }

    /// How many ranks the program was started on.
    private static func largestGang(_ strategy: Strategy) async throws -> Int {
        let executor = try await MPIExecutor(strategy: strategy)
        await executor.shutdown()
        return executor.largestGang
    }

    private static func mpi(
        _ name: String, _ strategy: Strategy, _ abilities: Abilities, _ workers: Int,
        exceptions: [String: String] = [:]
    ) -> ConformanceSubject {
        ConformanceSubject(name, abilities, exceptions: exceptions) { request in
            let executor = try await MPIExecutor(
                strategy: strategy, workers: abilities.choosesWorkers ? request.workers ?? workers : nil,
                seed: request.seed, initializer: request.initializer)
            return SubjectExecutor(executor, bootUp: { try await executor.bootUp() }) {
                await executor.shutdown(cancelPending: $0)
            }
        }
    }
}
