// SPDX-License-Identifier: Apache-2.0
// The environment variables that the library reads.

import Foundation
import Futures
import MPILaunch

/// Names and values of environment variables.
enum PoolEnvironment {
    /// The number of workers of a pool.
    static let workers = "MPIFUTURES_WORKERS"
    /// The strategy of `MPIExecutor.shared()`.
    static let strategy = "MPIFUTURES_STRATEGY"
    /// The launcher: a name to look up in `PATH`, or a path.
    static let launcher = "MPIFUTURES_LAUNCHER"
    /// A file with the hosts of a dynamic pool.
    static let hostfile = "MPIFUTURES_HOSTFILE"
    /// Whether a job of the launcher `swift-mpirun` goes on where a worker is lost: `1` or `0`.
    static let continuous = "MPIFUTURES_CONTINUOUS"
    /// How many seconds a rank of a program in lockstep waits for another to make the same step.
    static let lockstepPatience = "MPIFUTURES_LOCKSTEP_PATIENCE"
    /// The threads of each worker's and rank's BLAS and OpenMP libraries; one where it is not set.
    static let threads = "MPIFUTURES_THREADS"
    /// Whether rank 0 of a master/worker job takes part in collective tasks: `computes` or `dispatches`.
    static let root = "MPIFUTURES_ROOT"
    /// The thread support to ask MPI for: `multiple`, or `funneled` where that of the MPI library is not to be trusted.
    static let threadSupport = "MPIFUTURES_MPI_THREADS"
    /// Makes a process a worker; set for workers only.
    static let worker = "MPIFUTURES_WORKER"
    /// The pool's secret; set for workers only.
    static let secret = "MPIFUTURES_SECRET"
    /// The number of the job; set for workers only.
    static let job = "MPIFUTURES_JOB"

    /// The variables that users set.
    static let settings = [
        strategy, workers, launcher, hostfile, threads, continuous, root, threadSupport, lockstepPatience,
    ]
    /// The variables that are set for processes which the library starts.
    static let internals = [worker, secret, job]

    /// The largest pool that makes sense.
    static let largestPool = 65_536

    /// The number of workers: asked for, else from the environment, else one per physical core, or
    /// as many as an allocation has room for.
    ///
    /// - Throws: ``ExecutorError/Code/invalidArgument`` naming the variable and what it may be.
    static func workerCount(
        _ asked: Int?, _ environment: [String: String], slots: Int? = nil
    ) throws(ExecutorError) -> Int {
        if let asked {
            guard 1...largestPool ~= asked else {
                throw ExecutorError(
                    .invalidArgument, "\(asked) workers: a pool has 1 to \(largestPool) workers")
            }
            return asked
        }
        guard let text = environment[workers] else { return min(slots ?? PhysicalCores.count, largestPool) }
        guard let count = Int(text), 1...largestPool ~= count else {
            throw ExecutorError(
                .invalidArgument,
                "\(workers) is \"\(text)\": set it to a whole number from 1 to \(largestPool), or unset it for one "
                    + "worker per physical core")
        }
        return count
    }

    /// The number of threads for each worker's and rank's BLAS and OpenMP libraries.
    ///
    /// - Throws: ``ExecutorError/Code/invalidArgument`` naming the variable and what it may be.
    static func threadCount(_ environment: [String: String]) throws(ExecutorError) -> Int {
        guard let text = environment[threads] else { return 1 }
        guard let count = Int(text), 1...largestPool ~= count else {
            throw ExecutorError(
                .invalidArgument,
                "\(threads) is \"\(text)\": set it to a whole number from 1 to \(largestPool), or unset it for one "
                    + "thread each")
        }
        return count
    }

    /// The number of threads for the BLAS and OpenMP libraries of this process; one where the variable is malformed,
    /// which the program is told of.
    static var ownThreadCount: Int32 {
        (try? threadCount(ProcessInfo.processInfo.environment)).map { Int32($0) } ?? 1
    }

    /// Refuses variables of this library that it does not know, and values that they may not have.
    ///
    /// - Throws: ``ExecutorError/Code/invalidArgument`` naming the variable and what it may be.
    static func validate(_ environment: [String: String]) throws(ExecutorError) {
        let known = settings + internals
        // In a fixed order, so that the same environment gives the same message.
        for name in environment.keys.sorted() where name.hasPrefix("MPIFUTURES_") && !known.contains(name) {
            throw ExecutorError(
                .invalidArgument,
                "\(name) is set, but there is no such variable: those to set are \(settings.joined(separator: ", "))")
        }
        if let name = environment[strategy] { _ = try Strategy(named: name, from: strategy) }
        if environment[workers] != nil { _ = try workerCount(nil, environment) }
        if let name = environment[launcher], name.isEmpty {
            throw ExecutorError(
                .invalidArgument, "\(launcher) is empty: set it to the name or path of an MPI launcher, or unset it")
        }
        if let path = environment[hostfile], path.isEmpty {
            throw ExecutorError(
                .invalidArgument,
                "\(hostfile) is empty: set it to the path of a file with a host in each line, or unset it")
        }
        _ = try patience(environment)
        _ = try threadCount(environment)
        if let text = environment[continuous], text != "0", text != "1" {
            throw ExecutorError(.invalidArgument, "\(continuous) is \"\(text)\": set it to 0 or 1, or unset it")
        }
        if let text = environment[threadSupport], text != "multiple", text != "funneled" {
            throw ExecutorError(
                .invalidArgument, "\(threadSupport) is \"\(text)\": set it to multiple or funneled, or unset it")
        }
        if let text = environment[root], text != "computes", text != "dispatches" {
            throw ExecutorError(
                .invalidArgument, "\(root) is \"\(text)\": set it to computes or dispatches, or unset it")
        }
    }

    /// How long a rank of a program in lockstep waits for another to make the same step; a minute unless it is set.
    ///
    /// - Throws: ``ExecutorError/Code/invalidArgument`` naming the variable and what it may be.
    static func patience(_ environment: [String: String]) throws(ExecutorError) -> Duration {
        guard let text = environment[lockstepPatience] else { return .seconds(60) }
        guard let seconds = Double(text), seconds > 0, seconds <= 1e9 else {
            throw ExecutorError(
                .invalidArgument,
                "\(lockstepPatience) is \"\(text)\": set it to a number of seconds above 0, or unset it for 60")
        }
        return .seconds(seconds)
    }
}
