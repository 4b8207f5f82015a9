// SPDX-License-Identifier: Apache-2.0
// Workers that are slots in this process.

import Synchronization

/// Runs tasks as Swift tasks of this process, one at a time per slot.
///
/// A slot is a worker until it is ended in a task that ignores its cancellation; when that task returns, the slot is
/// another worker.
final class LocalPool: WorkerPool {
    private struct State {
        /// Weak, because the dispatcher owns this pool; what runs keeps it alive.
        weak var dispatcher: Dispatcher?
        var running: [TaskID: Task<Void, Never>] = [:]
        var occupants: [WorkerID: TaskID] = [:]
        /// Ended, but their tasks still run.
        var ended: Set<WorkerID> = []
        /// The initializer, which runs once for all slots.
        var initialization: Task<Void, any Error>?
    }

    private static let job = JobID(0)
    private let slots: Int
    private let state = Mutex(State())

    init(slots: Int) {
        self.slots = slots
    }

    /// Gives the slots to a dispatcher; called once.
    func attach(_ dispatcher: Dispatcher) {
        state.withLock { $0.dispatcher = dispatcher }
        for slot in 0..<slots { dispatcher.workerJoined(WorkerID(slot), Self.job) }
        dispatcher.jobComplete(Self.job)
    }

    func send(_ command: WorkerCommand, to worker: WorkerID) {
        switch command {
        case .run(let task, let submission, _):
            run(task, submission, worker)
        case .initialize(let client):
            initialize(client, worker)
        case .cancel(let task):
            state.withLock { $0.running[task] }?.cancel()
        case .revoke, .abandon, .prepareCollective, .leave:
            // Nothing is prefetched into a slot, so there is nothing to give back, and no gang to leave.
            break
        }
    }

    func flush() {}

    func startJob() {
        // The slots exist from the start.
    }

    func prepareCollective(_ job: JobID) {
        // A local executor refuses collective tasks before they get here.
    }

    func end(_ worker: WorkerID) {
        // A Swift task can't be ended from outside: its slot is free when it returns.
        let isFree = state.withLock { state in
            guard state.occupants[worker] != nil else { return true }
            state.ended.insert(worker)
            return false
        }
        if isFree { replace(worker) }
    }

    private func initialize(_ client: DispatchClient, _ worker: WorkerID) {
        guard let payload = client.initializer else { return }
        let initialization = state.withLock { state in
            let task = state.initialization ?? Task { _ = try await payload.run() }
            state.initialization = task
            return task
        }
        Task { [self] in
            let report: WorkerReport
            do {
                try await initialization.value
                report = .initialized(client: client.number)
            } catch {
                report = .initializerFailed(client: client.number, error)
            }
            state.withLock { $0.dispatcher }?.received([report], from: worker)
        }
    }

    private func run(_ task: TaskID, _ submission: Submission, _ worker: WorkerID) {
        state.withLock { state in
            guard let dispatcher = state.dispatcher else { return }
            state.occupants[worker] = task
            state.running[task] = Task { [self, initialization = state.initialization] in
                // Where it fails the dispatcher is told as well, and has ended the future.
                if let initialization, (try? await initialization.value) == nil { return abstain(task, worker) }
                dispatcher.received([.started(task)], from: worker)
                let context = TaskContext(submission.header, worker: worker.number % slots) { progress in
                    dispatcher.received([.progress(task, progress)], from: worker)
                }
                let outcome = await TaskContext.$current.withValue(context) {
                    await Self.outcome(of: submission.body)
                }
                dispatcher.received([.answered(task, outcome, microseconds: nil)], from: worker)
                left(task, worker)
            }
        }
    }

    /// The initializer failed: the task does not run.
    private func abstain(_ task: TaskID, _ worker: WorkerID) {
        state.withLock { $0.dispatcher }?.received([.dropped(task)], from: worker)
        left(task, worker)
    }

    /// A task has returned and its worker may have the next one already.
    private func left(_ task: TaskID, _ worker: WorkerID) {
        let wasEnded = state.withLock { state in
            state.running.removeValue(forKey: task)
            guard state.occupants[worker] == task else { return false }
            state.occupants.removeValue(forKey: worker)
            return state.ended.remove(worker) != nil
        }
        if wasEnded { replace(worker) }
    }

    /// Makes another worker of the slot of one that was ended.
    private func replace(_ worker: WorkerID) {
        guard let dispatcher = state.withLock({ $0.dispatcher }) else { return }
        dispatcher.workerJoined(WorkerID(worker.number + slots), Self.job)
        dispatcher.workerLost(
            worker, .known(nil), ExecutorError(.workerLost, "slot \(worker.number % slots) was given up"))
    }

    @concurrent private static func outcome(of body: SubmissionBody) async -> TaskOutcome {
        switch body {
        case .local(let work):
            do {
                return .local(try await work())
            } catch {
                return .failure(error)
            }
        case .encoded(let payload):
            do {
                return .encoded(try await payload.run())
            } catch {
                return .failure(rehearsed(error))
            }
        }
    }

    /// An error as it would arrive from another process.
    private static func rehearsed(_ error: any Error) -> any Error {
        do {
            let bytes = try BinaryEncoder().encode(ErrorPayload(error))
            return try BinaryDecoder().decode(ErrorPayload.self, from: bytes).error
        } catch {
            return error
        }
    }
}

extension TaskContext {
    /// The context of a submission on a worker.
    package init(
        _ header: SubmissionHeader, worker: Int, rank: Int = 0, ranks: Int = 1, attachment: (any Sendable)? = nil,
        progressSink: (@Sendable (TaskProgress) -> Void)? = nil,
        itemSink: (@Sendable (Int) -> Void)? = nil
    ) {
        self.init(
            name: header.name, submission: header.number, worker: worker, rank: rank, ranks: ranks,
            stream: header.stream, seed: header.seed, attachment: attachment, progressSink: progressSink,
            itemSink: itemSink)
    }
}
