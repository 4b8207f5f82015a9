// SPDX-License-Identifier: Apache-2.0
// The executor that needs no other process.

/// Runs tasks in this process, a bounded number at a time.
///
/// It has one rank: a gang of more is refused. With `rehearses`, every task, output and error goes through the coder as
/// it would on its way to a worker, so what would fail there fails in a unit test.
public actor LocalExecutor: FutureExecutor {
    /// Holds what was submitted.
    let dispatcher: Dispatcher
    private let slots: Int
    private let rehearses: Bool
    private let client: DispatchClient

    /// Makes an executor.
    ///
    /// - Parameters:
    ///   - concurrency: How many tasks run at a time; the number of processors by default. At least 1.
    ///   - rehearses: Whether tasks and outputs are encoded and decoded as if they travelled.
    ///   - seed: Seed of the random streams of tasks.
    ///   - initializer: What runs once before the first task.
    public init(
        concurrency: Int? = nil, rehearses: Bool = false, seed: UInt64 = 0, initializer: WorkerInitializer? = nil
    ) {
        let slots = concurrency ?? ProcessorCount.online
        precondition(slots >= 1, "a local executor needs at least 1 slot, not \(slots)")
        let pool = LocalPool(slots: slots)
        self.slots = slots
        self.rehearses = rehearses
        client = DispatchClient(seed: seed, initializer: initializer?.payload)
        dispatcher = Dispatcher(size: slots, maximumDepth: 1, pool: pool)
        dispatcher.add(client)
        pool.attach(dispatcher)
    }

    /// The number of tasks that run at a time.
    public nonisolated var concurrency: Int {
        get async { slots }
    }

    /// Hands a task over; see ``FutureExecutor/submit(_:options:)``.
    public nonisolated func submit<Task: RemoteTask>(
        _ task: Task, options: TaskOptions
    ) async -> Future<Task.Output> {
        if case .gang(let ranks) = options.ranks, ranks != 1 {
            return Future(
                error: ExecutorError(
                    .rankMismatch,
                    "\(options.name ?? "\(Task.self)") asks for \(ranks) ranks and a local executor has 1: submit it to "
                        + "an MPIExecutor"))
        }
        let body: SubmissionBody
        do {
            body =
                rehearses
                ? .encoded(try TaskPayload.encode(task)) : .local { try await task.run() }
        } catch {
            return Future(error: error)
        }
        return await dispatcher.submit(body, of: Task.self, by: client, gang: nil, options: options)
    }

    /// Runs the initializer now instead of before the first task, and waits until it has.
    ///
    /// - Throws: ``ExecutorError`` with code `initializerFailed`, or `shutDown`.
    public func bootUp() async throws {
        try await dispatcher.bootUp(client)
    }

    /// Refuses new tasks and waits until those that were accepted have ended.
    ///
    /// - Parameter cancelPending: Whether tasks that have not begun are cancelled instead of run.
    public func shutdown(cancelPending: Bool = false) async {
        await dispatcher.drain(cancelPending: cancelPending)
    }
}
