// SPDX-License-Identifier: Apache-2.0
// The executor on MPI workers.

public import Futures
import Foundation

/// Runs tasks on MPI workers that it starts when they are first needed.
///
/// ```swift
/// let pool = try await MPIExecutor.shared()
/// let future = await pool.submit(97) { isPrime($0) }
/// print(try await future.value)
/// ```
///
/// The workers are further processes of this program's executable, diverted before `main`. They leave with
/// ``shutdown(cancelPending:)``, when the last reference to the executor goes away and what was submitted has ended,
/// and when the program ends, however it does.
public actor MPIExecutor: FutureExecutor {
    /// The strategy that is in force.
    public nonisolated let strategy: Strategy
    /// The number of workers, which is the largest gang.
    public nonisolated let workers: Int

    private let dispatcher: Dispatcher
    /// Owns the workers.
    nonisolated let pool: DynamicPool
    private var isClosed = false

    /// Whether the pool takes tasks: it was not shut down, and its workers are there or can be started.
    var isUsable: Bool { !isClosed && !dispatcher.isBroken }

    /// Makes a pool; its workers start with the first submission, or with ``bootUp()``.
    ///
    /// - Parameters:
    ///   - strategy: How the processes come to be.
    ///   - workers: How many; the environment variable `MPIFUTURES_WORKERS` where `nil`, else one per physical core.
    ///   - launcher: The MPI launcher, a name or a path; `MPIFUTURES_LAUNCHER` where `nil`, else `mpirun`.
    ///   - bootDeadline: How long the workers may take to be there, and to initialise MPI.
    ///   - seed: Seed of the random streams of tasks.
    /// - Throws: ``Futures/ExecutorError`` with code `invalidArgument`, `launcherNotFound`, `launchFailed` where this
    ///   program's executable can't be found, or `nestedSubmission` inside a worker.
    public init(
        strategy: Strategy = .automatic, workers: Int? = nil, launcher: String? = nil,
        bootDeadline: Duration = .seconds(60), seed: UInt64 = 0
    ) async throws {
        guard !WorkerSetup.isWorker else {
            throw ExecutorError(
                .nestedSubmission,
                "this code runs in a worker, which can't have a pool of its own: submit from the program, and return "
                    + "from the task what is to be submitted next")
        }
        let environment = ProcessInfo.processInfo.environment
        if strategy == .automatic, let name = environment[PoolEnvironment.strategy] {
            _ = try Strategy(named: name, from: PoolEnvironment.strategy)
        }
        let count = try PoolEnvironment.workerCount(workers, environment)
        let pool = DynamicPool(
            DynamicPool.Configuration(
                workers: count, launcher: try Launcher(launcher ?? environment[PoolEnvironment.launcher]),
                program: try Self.executable(), arguments: Array(CommandLine.arguments.dropFirst()),
                environment: environment, bootDeadline: bootDeadline, isRoot: geteuid() == 0))
        self.strategy = .dynamic
        self.workers = count
        self.pool = pool
        dispatcher = Dispatcher(size: count, seed: seed, pool: pool)
        pool.attach(dispatcher)
    }

    deinit {
        guard !isClosed else { return }
        // What was submitted still ends; then the workers leave.
        Task.detached { [dispatcher, pool] in
            await dispatcher.drain(cancelPending: false)
            await pool.close()
        }
    }

    /// The number of workers.
    public nonisolated var concurrency: Int {
        get async { workers }
    }

    /// Hands a task over; see ``Futures/FutureExecutor/submit(_:options:)``.
    public nonisolated func submit<Task: RemoteTask>(
        _ task: Task, options: TaskOptions
    ) async -> Future<Task.Output> {
        do {
            let payload = try TaskPayload.encode(task)
            let gang: Int? =
                switch options.ranks {
                case .one: nil
                case .gang(let ranks): ranks
                case .all: workers
                }
            return await dispatcher.submit(.encoded(payload), of: Task.self, gang: gang, options: options)
        } catch {
            return Future(error: error)
        }
    }

    /// Starts the workers now instead of with the first submission; does not wait for them.
    public nonisolated func bootUp() {
        dispatcher.bootUp()
    }

    /// Refuses new tasks, waits until those that were accepted have ended, and lets the workers leave.
    ///
    /// Afterwards no process, socket or shared memory of the pool is left. May be called again.
    ///
    /// - Parameter cancelPending: Whether tasks that have not begun are cancelled instead of run.
    public func shutdown(cancelPending: Bool = false) async {
        isClosed = true
        await dispatcher.drain(cancelPending: cancelPending)
        await pool.close()
    }

    /// The executable of this process, which its workers run too.
    private static func executable() throws(ExecutorError) -> String {
        do {
            return try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        } catch {
            throw ExecutorError(
                .launchFailed, "the program's own executable can't be found, so no workers can be started from it",
                cause: error)
        }
    }
}
