// SPDX-License-Identifier: Apache-2.0
// The ordinary tasks of a worker, one after the other.

import DequeModule
import Foundation
import Futures
import Synchronization

/// Runs tasks in the order in which they came and reports their outcomes.
///
/// One Swift task runs them as long as there are any, so a task costs no Swift task of its own. Reports leave in
/// batches: when nothing waits, when some have gathered, and every millisecond while a task runs.
final class TaskRunner: Sendable {
    private struct State {
        var waiting: Deque<RunOrder> = []
        var current: TaskID?
        /// Somebody was given the current Swift task to cancel it, now or in a moment.
        var runnerIsCancelled = false
        var startIsReported = false
        var runner: Task<Void, Never>?
        var unflushed = 0
        var tickIsArmed = false
        var index = 0
    }

    private static let batch = 16
    private let state = Mutex(State())
    private let connection: SocketConnection
    private let record: RunningRecord

    init(_ connection: SocketConnection, _ record: RunningRecord) {
        self.connection = connection
        self.record = record
    }

    /// This worker's number within its job.
    var index: Int {
        get { state.withLock { $0.index } }
        set { state.withLock { $0.index = newValue } }
    }

    /// Adds tasks behind those that wait; on the socket loop's thread.
    func enqueue(_ orders: [RunOrder]) {
        guard !orders.isEmpty else { return }
        let mustArm = state.withLock { state in
            state.waiting.append(contentsOf: orders)
            if state.runner == nil { state.runner = Task { await run() } }
            defer { state.tickIsArmed = true }
            return !state.tickIsArmed
        }
        if mustArm { SocketLoop.shared.tick { self.tick() } }
    }

    /// Gives a task back that has not begun.
    func revoke(_ task: TaskID) {
        let wasWaiting = state.withLock { state in
            guard let index = state.waiting.firstIndex(where: { $0.task == task }) else { return false }
            state.waiting.remove(at: index)
            return true
        }
        if wasWaiting { connection.send(WorkerReport.dropped(task).frame) }
    }

    /// Cancels the Swift task of the task that runs, or gives it back.
    func cancel(_ task: TaskID) {
        let runner = state.withLock { state in
            guard state.current == task else { return nil as Task<Void, Never>? }
            state.runnerIsCancelled = true
            return state.runner
        }
        runner?.cancel()
        revoke(task)
    }

    @concurrent private func run() async {
        while let order = next() {
            record.begin(order.task.number)
            let start = ContinuousClock.now
            let outcome = await outcome(of: order)
            record.end()
            let microseconds = (ContinuousClock.now - start) / .microseconds(1)
            report(.answered(order.task, outcome, microseconds: microseconds))
            if handOverIfCancelled() { return }
        }
    }

    /// The next task; `nil` ends the Swift task that runs them.
    private func next() -> RunOrder? {
        let (order, mustFlush) = state.withLock { state in
            state.current = state.waiting.first?.task
            state.startIsReported = false
            if state.current == nil { state.runner = nil }
            let mustFlush = state.unflushed >= Self.batch || state.current == nil
            if mustFlush { state.unflushed = 0 }
            return (state.waiting.popFirst(), mustFlush)
        }
        if mustFlush { connection.flush() }
        return order
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
        let context = TaskContext(
            order.header, worker: index,
            progressSink: { [connection] progress in
                connection.send(WorkerReport.progress(order.task, progress).frame)
            },
            itemSink: { [record] item in record.beginItem(item) })
        do {
            return .encoded(
                try await TaskContext.$current.withValue(context) { try await order.payload.run() })
        } catch {
            // What can't travel as itself says where it was thrown.
            return .failure(ErrorPayload(error, worker: index, host: WorkerSetup.hostName).error)
        }
    }

    private func report(_ report: WorkerReport) {
        connection.enqueue(report.frame)
        state.withLock { $0.unflushed += 1 }
    }

    /// Once a millisecond while tasks run: what has gathered leaves, and a task that takes long is said to run.
    ///
    /// - Returns: Whether tasks still run.
    private func tick() -> Bool {
        let (started, goesOn) = state.withLock { state -> (TaskID?, Bool) in
            state.unflushed = 0
            state.tickIsArmed = state.runner != nil
            guard let current = state.current, !state.startIsReported else { return (nil, state.tickIsArmed) }
            state.startIsReported = true
            return (current, state.tickIsArmed)
        }
        if let started { connection.enqueue(WorkerReport.started(started).frame) }
        connection.flush()
        return goesOn
    }
}
