// SPDX-License-Identifier: Apache-2.0
// The environment variables that the library reads.

import Futures

/// Names and values of environment variables.
enum PoolEnvironment {
    /// The number of workers of a pool.
    static let workers = "MPIFUTURES_WORKERS"
    /// The strategy of `MPIExecutor.shared()`.
    static let strategy = "MPIFUTURES_STRATEGY"
    /// The launcher: a name to look up in `PATH`, or a path.
    static let launcher = "MPIFUTURES_LAUNCHER"
    /// Makes a process a worker; set for workers only.
    static let worker = "MPIFUTURES_WORKER"
    /// The pool's secret; set for workers only.
    static let secret = "MPIFUTURES_SECRET"
    /// The number of the job; set for workers only.
    static let job = "MPIFUTURES_JOB"

    /// The largest pool that makes sense.
    static let largestPool = 65_536

    /// The number of workers: asked for, else from the environment, else one per physical core.
    ///
    /// - Throws: ``ExecutorError/Code/invalidArgument`` naming the variable and what it may be.
    static func workerCount(_ asked: Int?, _ environment: [String: String]) throws(ExecutorError) -> Int {
        if let asked {
            guard 1...largestPool ~= asked else {
                throw ExecutorError(
                    .invalidArgument, "\(asked) workers: a pool has 1 to \(largestPool) workers")
            }
            return asked
        }
        guard let text = environment[workers] else { return PhysicalCores.count }
        guard let count = Int(text), 1...largestPool ~= count else {
            throw ExecutorError(
                .invalidArgument,
                "\(workers) is \"\(text)\": set it to a whole number from 1 to \(largestPool), or unset it for one "
                    + "worker per physical core")
        }
        return count
    }
}
