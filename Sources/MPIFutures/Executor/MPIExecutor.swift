// SPDX-License-Identifier: Apache-2.0
// The executor on MPI workers.

public import Futures
import Foundation

/// Runs tasks where the environment says: on MPI workers that it starts, on the ranks of an MPI job, or in this process.
///
/// ```swift
/// let pool = try await MPIExecutor.shared()
/// let future = await pool.submit(97) { isPrime($0) }
/// print(try await future.value)
/// ```
///
/// Workers are processes of this program's executable, diverted before `main`. They leave with
/// ``shutdown(cancelPending:)``, when the last reference to the executor goes away and what was submitted has ended,
/// and when the program ends, however it does.
public actor MPIExecutor: FutureExecutor {
    /// The strategy that is in force.
    public nonisolated let strategy: Strategy
    /// Strategy, workers, and why the strategy was chosen, in one line.
    public nonisolated let description: String

    /// Does the work.
    nonisolated let backend: any ExecutorBackend

    /// Makes an executor; its workers start with the first submission, or with ``bootUp()``.
    ///
    /// - Parameters:
    ///   - strategy: How the processes come to be.
    ///   - workers: How many; the environment variable `MPIFUTURES_WORKERS` where `nil`, else as many as the allocation
    ///     has room for, or one per physical core.
    ///   - launcher: The MPI launcher, a name or a path; `MPIFUTURES_LAUNCHER` where `nil`, else `mpirun`.
    ///   - bootDeadline: How long the workers may take to be there, and to initialise MPI.
    ///   - seed: Seed of the random streams of tasks.
    ///   - initializer: What every worker runs before the executor's first task.
    /// - Throws: ``Futures/ExecutorError`` with code `invalidArgument`, `launchMismatch` where the strategy contradicts
    ///   how the program was started, `launcherNotFound`, `launchFailed` where this program's executable can't be found,
    ///   or `nestedSubmission` inside a worker.
    public init(
        strategy: Strategy = .automatic, workers: Int? = nil, launcher: String? = nil,
        bootDeadline: Duration = .seconds(60), seed: UInt64 = 0, initializer: WorkerInitializer? = nil
    ) async throws {
        guard !WorkerSetup.isWorker else {
            throw ExecutorError(
                .nestedSubmission,
                "this code runs in a worker, which can't have a pool of its own: submit from the program, and return "
                    + "from the task what is to be submitted next")
        }
        let environment = ProcessInfo.processInfo.environment
        let choice = try StrategyChoice(asked: strategy, launcher: launcher, environment: environment)
        let count = try PoolEnvironment.workerCount(workers, environment, slots: choice.allocation?.slots)
        switch choice.kind {
        case .dynamic:
            backend = DynamicBackend(
                DynamicPool.Configuration(
                    workers: count, launcher: try Launcher(launcher ?? environment[PoolEnvironment.launcher]),
                    allocation: choice.allocation, reach: try await PoolReach.of(choice.allocation),
                    program: try Self.executable(), arguments: Array(CommandLine.arguments.dropFirst()),
                    environment: environment, bootDeadline: bootDeadline, isRoot: geteuid() == 0),
                DispatchClient(seed: seed, initializer: initializer?.payload))
        case .local:
            backend = LocalBackend(workers: count, seed: seed, initializer: initializer)
        case .masterWorker:
            let job = try MasterWorkerJob.current(bootDeadline, asked: workers)
            backend = MasterWorkerBackend(job, DispatchClient(seed: seed, initializer: initializer?.payload))
        case .syncro:
            backend = SyncroBackend(
                try await LockstepProcess.shared.job(bootDeadline, asked: workers, environment), seed: seed,
                initializer: initializer)
        }
        self.strategy = choice.strategy
        description = "\(choice.strategy): \(backend.summary) (\(choice.reason))"
    }

    /// Puts an executor before a backend.
    init(_ backend: any ExecutorBackend, _ strategy: Strategy, _ reason: String) {
        self.backend = backend
        self.strategy = strategy
        description = "\(strategy): \(backend.summary) (\(reason))"
    }

    deinit {
        backend.released()
    }

    /// How many ordinary tasks run at the same time.
    public nonisolated var workers: Int { backend.workers }

    /// The number of ranks of the largest gang.
    public nonisolated var largestGang: Int { backend.largestGang }

    /// The number of workers.
    public nonisolated var concurrency: Int {
        get async { workers }
    }

    /// Hands a task over; see ``Futures/FutureExecutor/submit(_:options:)``.
    public nonisolated func submit<Task: RemoteTask>(
        _ task: Task, options: TaskOptions
    ) async -> Future<Task.Output> {
        await backend.submit(task, options: options)
    }

    /// Starts the workers now instead of with the first submission; does not wait for them.
    public nonisolated func startWorkers() {
        backend.startWorkers()
    }

    /// Starts the workers, and waits until they are there and have run the initializer.
    ///
    /// May be called again, and at the same time.
    ///
    /// - Throws: ``Futures/ExecutorError`` with code `launchFailed`, `bootTimedOut`, `initializerFailed`, or `shutDown`.
    public nonisolated func bootUp() async throws {
        try await backend.bootUp()
    }

    /// Refuses new tasks, waits until those that were accepted have ended, and lets the workers leave.
    ///
    /// Afterwards no process, socket or shared memory of the pool is left. May be called again.
    ///
    /// - Parameter cancelPending: Whether tasks that have not begun are cancelled instead of run.
    public func shutdown(cancelPending: Bool = false) async {
        await backend.shutdown(cancelPending: cancelPending)
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
