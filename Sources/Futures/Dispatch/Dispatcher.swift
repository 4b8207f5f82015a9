// SPDX-License-Identifier: Apache-2.0
// Where submissions, the scheduler and the workers meet.

import Synchronization

/// Drives the scheduler: events go in under a lock, its actions are performed in order after unlocking.
///
/// The straight path: `submit` → scheduler → `WorkerPool.send` → … → `received` → scheduler → the submission's
/// promise. One thread at a time performs actions; another one that comes meanwhile leaves its own to it, so the order
/// of actions is the order of events.
package final class Dispatcher: Sendable {
    /// What the dispatcher holds of a submission until no worker has it any more.
    struct Entry {
        let submission: Submission
        var answers: [(worker: WorkerID, outcome: TaskOutcome)] = []
        var deadline: Task<Void, Never>?
    }

    struct State {
        var machine: SchedulerStateMachine
        var admission: AdmissionQueue
        var entries: [TaskID: Entry] = [:]
        var submitters: [UInt64: CheckedContinuation<Bool, Never>] = [:]
        var nextTicket: UInt64 = 0
        var nextNumber: UInt64 = 0
        var nextTask: UInt64 = 0
        var effects: [Effect] = []
        var isPerforming = false
        var brokenError: ExecutorError?
        var isDrained = false
        var drainWaiters: [CheckedContinuation<Void, Never>] = []
        /// Workers of jobs that are initialising MPI and have not said that they have.
        var unprepared: [JobID: Set<WorkerID>] = [:]
        var jobOf: [WorkerID: JobID] = [:]
    }

    /// An action together with what is needed to perform it.
    enum Effect {
        case command(WorkerCommand, WorkerID)
        case gang(TaskID, Submission, [WorkerID])
        case start(Submission)
        case end(Submission, TaskOutcome)
        case armGrace(TaskID)
        case prepareCollective(JobID)
        case endWorker(WorkerID)
        case startJob
        case resume([CheckedContinuation<Bool, Never>], admitted: Bool)
        case drained([CheckedContinuation<Void, Never>])
    }

    let state: Mutex<State>
    let pool: any WorkerPool
    /// Seed of the random streams of tasks.
    package let seed: UInt64
    /// How long a worker may take to leave a task that has ended.
    let grace: Duration
    private let size: Int

    package init(
        size: Int,
        maximumDepth: Int = 64,
        seed: UInt64 = 0,
        limits: AdmissionQueue.Limits = .init(),
        grace: Duration = .seconds(2),
        pool: any WorkerPool
    ) {
        state = Mutex(
            State(
                machine: SchedulerStateMachine(size: size, maximumDepth: maximumDepth),
                admission: AdmissionQueue(limits: limits)))
        self.size = size
        self.seed = seed
        self.grace = grace
        self.pool = pool
    }

    /// Takes a submission in and returns its future; suspends while too much is held.
    package func submit<Work: RemoteTask>(
        _ body: SubmissionBody, of type: Work.Type, gang: Int?, options: TaskOptions
    ) async -> Future<Work.Output> {
        let promise = Promise<Work.Output>(cancelsWithWaiter: options.cancelsWithWaiter)
        guard await admit(bytes: body.byteCount) else { return Future(error: CancellationError()) }
        let (task, stream) = accept(
            body, gang: gang, options: options, name: options.name ?? "\(Work.self)",
            receiver: PromiseReceiver<Work>(promise: promise))
        promise.setSubmission(stream)
        promise.setOnCancel { [weak self] in
            self?.event { state in state.machine.cancelRequested(task) }
        }
        return promise.future
    }

    /// Numbers a submission and hands it to the scheduler.
    private func accept(
        _ body: SubmissionBody, gang: Int?, options: TaskOptions, name: String, receiver: any SubmissionReceiver
    ) -> (TaskID, stream: UInt64) {
        var accepted = (TaskID(0), stream: UInt64(0))
        event { state in
            let task = TaskID(state.nextTask)
            state.nextTask += 1
            let number = state.nextNumber
            // The chunks of one map count as one submission, so that chunking does not shift random streams.
            if options.stream == nil { state.nextNumber += 1 }
            let header = SubmissionHeader(
                name: name, number: number, stream: options.stream ?? number, seed: self.seed)
            let submission = Submission(header: header, body: body, deadline: options.deadline, receiver: receiver)
            var entry = Entry(submission: submission)
            if let deadline = options.deadline {
                entry.deadline = self.after(deadline) { dispatcher in
                    dispatcher.event { $0.machine.deadlinePassed(task) }
                }
            }
            state.entries[task] = entry
            accepted = (task, header.stream)
            return state.machine.submitted(
                task, TaskRequest(gang: gang, priority: options.priority, retries: options.retries))
        }
        return accepted
    }

    /// Waits for room; false where the waiting Swift task was cancelled.
    private func admit(bytes: Int) async -> Bool {
        if state.withLock({ $0.admission.admitNow(bytes: bytes) }) { return true }
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let admitted = state.withLock { state in
                    if state.admission.admit(ticket, bytes: bytes) { return true }
                    state.submitters[ticket] = continuation
                    return false
                }
                if admitted {
                    continuation.resume(returning: true)
                } else if Task.isCancelled {
                    // The handler may have run before the ticket was registered.
                    withdraw(ticket)
                }
            }
        } onCancel: {
            withdraw(ticket)
        }
    }

    private func withdraw(_ ticket: UInt64) {
        let continuation = state.withLock { state in
            state.admission.withdraw(ticket) ? state.submitters.removeValue(forKey: ticket) : nil
        }
        continuation?.resume(returning: false)
    }

    /// Runs an action later, unless the returned task is cancelled before.
    package func after(_ delay: Duration, _ action: @escaping @Sendable (Dispatcher) -> Void) -> Task<Void, Never> {
        Task { [weak self] in
            do { try await Task.sleep(for: delay) } catch { return }
            if let self { action(self) }
        }
    }
}
