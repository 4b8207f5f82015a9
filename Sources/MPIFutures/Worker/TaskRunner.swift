// SPDX-License-Identifier: Apache-2.0
// The ordinary tasks of a worker, one after the other.

import DequeModule
import Foundation
import Futures
import Synchronization

/// Runs tasks and initializers in the order in which they came and reports their outcomes.
///
/// One Swift task runs them as long as there are any, so a task costs no Swift task of its own. Reports leave in
/// batches: when nothing waits, when some have gathered, and every millisecond while a task runs.
final class TaskRunner: Sendable {
    /// Something to run.
    enum Job: Sendable {
        case task(RunOrder)
        case initialize(InitializeOrder)

        /// The task; `nil` for an initializer.
        var task: TaskID? {
            guard case .task(let order) = self else { return nil }
            return order.task
        }
    }

    private struct State {
        var waiting: Deque<Job> = []
        var current: TaskID?
        /// Somebody was given the current Swift task to cancel it, now or in a moment.
        var runnerIsCancelled = false
        var startIsReported = false
        var runner: Task<Void, Never>?
        var unflushed = 0
        var tickIsArmed = false
        var idleTicks = 0

        /// Takes a task out that has not begun; false where there is none.
        mutating func remove(_ task: TaskID) -> Bool {
            guard let index = waiting.firstIndex(where: { $0.task == task }) else { return false }
            waiting.remove(at: index)
            return true
        }
    }

    private static let batch = 16
    /// After how many milliseconds without a task the ticks end; waking the loop for each task would cost more than most
    /// tasks do.
    private static let idleTicks = 20
    private let state = Mutex(State())
    private let link: any FrameLink
    private let record: RunningRecord
    private let worker: WorkerLedger

    init(_ link: any FrameLink, _ record: RunningRecord, _ worker: WorkerLedger) {
        self.link = link
        self.record = record
        self.worker = worker
    }

    /// Adds jobs behind those that wait.
    func enqueue(_ jobs: [Job]) {
        guard !jobs.isEmpty else { return }
        for case .initialize(let order) in jobs { worker.expect(order.client) }
        let mustArm = state.withLock { state in
            state.waiting.append(contentsOf: jobs)
            if state.runner == nil { state.runner = Task { await run() } }
            defer {
                state.tickIsArmed = true
                state.idleTicks = 0
            }
            return !state.tickIsArmed
        }
        if mustArm { SocketLoop.shared.tick { self.tick() } }
    }

    /// Gives a task back that has not begun.
    func revoke(_ task: TaskID) {
        let wasWaiting = state.withLock { $0.remove(task) }
        if wasWaiting { link.send(WorkerReport.dropped(task).frame) }
    }

    /// Cancels the Swift task of the task that runs, or gives it back.
    func cancel(_ task: TaskID) {
        // In one step: the task may begin at any moment.
        let (runner, wasWaiting) = state.withLock { state -> (Task<Void, Never>?, Bool) in
            guard state.current == task else { return (nil, state.remove(task)) }
            state.runnerIsCancelled = true
            return (state.runner, false)
        }
        runner?.cancel()
        if wasWaiting { link.send(WorkerReport.dropped(task).frame) }
    }

    @concurrent private func run() async {
        while let job = next() {
            switch job {
            case .initialize(let order):
                report(await worker.run(order))
            case .task(let order):
                record.begin(order.task.number)
                let start = ContinuousClock.now
                let outcome = await outcome(of: order)
                record.end()
                let microseconds = (ContinuousClock.now - start) / .microseconds(1)
                report(.answered(order.task, outcome, microseconds: microseconds))
            }
            if handOverIfCancelled() { return }
        }
    }

    /// The next task; `nil` ends the Swift task that runs them.
    private func next() -> Job? {
        let (job, mustFlush) = state.withLock { state in
            let job = state.waiting.popFirst()
            state.current = job?.task
            state.startIsReported = false
            if job == nil { state.runner = nil }
            let mustFlush = state.unflushed >= Self.batch || job == nil
            if mustFlush { state.unflushed = 0 }
            return (job, mustFlush)
        }
        if mustFlush { link.flush() }
        return job
    }

    /// A cancellation was meant for one task, and may come late: the rest runs in a new Swift task.
    private func handOverIfCancelled() -> Bool {
        state.withLock { state in
            state.current = nil
            guard state.runnerIsCancelled else { return false }
            state.runnerIsCancelled = false
            state.runner = Task { await run() }
            return true
        }
    }

    private func outcome(of order: RunOrder) async -> TaskOutcome {
        if let failure = worker.failure(of: order.header.client) { return .failure(failure) }
        let context = TaskContext(
            order.header, worker: worker.index,
            progressSink: { [link] progress in
                link.send(WorkerReport.progress(order.task, progress).frame)
            },
            itemSink: { [record] item in record.beginItem(item) })
        do {
            return .encoded(
                try await TaskContext.$current.withValue(context) { try await order.payload.run() })
        } catch {
            // What can't travel as itself says where it was thrown.
            return .failure(ErrorPayload(error, worker: worker.index, host: WorkerSetup.hostName).error)
        }
    }

    private func report(_ report: WorkerReport) {
        link.enqueue(report.frame)
        state.withLock { $0.unflushed += 1 }
    }

    /// Once a millisecond while tasks run: what has gathered leaves, and a task that takes long is said to run.
    ///
    /// - Returns: Whether tasks still run.
    private func tick() -> Bool {
        let (started, goesOn) = state.withLock { state -> (TaskID?, Bool) in
            state.unflushed = 0
            state.idleTicks = state.runner == nil ? state.idleTicks + 1 : 0
            state.tickIsArmed = state.idleTicks < Self.idleTicks
            guard let current = state.current, !state.startIsReported else { return (nil, state.tickIsArmed) }
            state.startIsReported = true
            return (current, state.tickIsArmed)
        }
        if let started { link.enqueue(WorkerReport.started(started).frame) }
        link.flush()
        return goesOn
    }
}
