// SPDX-License-Identifier: Apache-2.0
// Workers that are slots in this process.

import Synchronization

/// Runs tasks as Swift tasks of this process, one at a time per slot.
final class LocalPool: WorkerPool {
    private struct State {
        var running: [TaskID: Task<Void, Never>] = [:]
    }

    private let state = Mutex(State())
    /// Set once, right after the dispatcher was made.
    private let dispatcher = Mutex<Dispatcher?>(nil)

    func attach(_ dispatcher: Dispatcher) {
        self.dispatcher.withLock { $0 = dispatcher }
    }

    func send(_ command: WorkerCommand, to worker: WorkerID) {
        switch command {
        case .run(let task, let submission, _):
            run(task, submission, worker)
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
    }

    private func run(_ task: TaskID, _ submission: Submission, _ worker: WorkerID) {
        guard let dispatcher = dispatcher.withLock({ $0 }) else { return }
        state.withLock { state in
            state.running[task] = Task { [self] in
                dispatcher.received([.started(task)], from: worker)
                let context = TaskContext(submission.header, worker: worker.number) { progress in
                    dispatcher.received([.progress(task, progress)], from: worker)
                }
                let outcome = await TaskContext.$current.withValue(context) {
                    await Self.outcome(of: submission.body)
                }
                self.state.withLock { _ = $0.running.removeValue(forKey: task) }
                dispatcher.received([.answered(task, outcome, microseconds: nil)], from: worker)
            }
        }
    }

    @concurrent private static func outcome(of body: SubmissionBody) async -> TaskOutcome {
        do {
            switch body {
            case .local(let work): return .local(try await work())
            case .encoded(let payload): return .encoded(try await payload.run())
            }
        } catch {
            return .failure(error)
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
