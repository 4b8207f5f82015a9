// SPDX-License-Identifier: Apache-2.0
// The collective tasks of a worker.

import Foundation
import Futures
import MPI
import Synchronization

/// Runs collective tasks on the MPI thread, each with a communicator of its gang.
final class GangRunner: Sendable {
    private struct Gang {
        var abandonment: Abandonment
        var task: Task<Void, Never>?
    }

    private struct State {
        var gangs: [TaskID: Gang] = [:]
        var isPrepared = false
    }

    private let state = Mutex(State())
    private let link: any FrameLink
    private let record: RunningRecord
    private let worker: WorkerLedger

    init(_ link: any FrameLink, _ record: RunningRecord, _ worker: WorkerLedger) {
        self.link = link
        self.record = record
        self.worker = worker
    }

    /// Initialises MPI, which waits for all workers of the job; ordinary tasks go on meanwhile.
    func prepare() {
        Task(executorPreference: MPIThread.shared) {
            let report: WorkerReport
            do {
                try MPIThread.shared.runInitialize()
                self.state.withLock { $0.isPrepared = true }
                report = .collectivePrepared
            } catch {
                report = .collectiveFailed("\(error)")
            }
            self.link.send(report.frame)
        }
    }

    /// Starts this worker's part of a collective task.
    func start(_ order: RunOrder) {
        let abandonment = Abandonment()
        state.withLock { state in
            state.gangs[order.task] = Gang(
                abandonment: abandonment,
                task: Task(executorPreference: MPIThread.shared) { await self.run(order, abandonment) })
        }
    }

    /// The gang has ended elsewhere.
    func abandon(_ task: TaskID) {
        state.withLock { $0.gangs[task] }?.abandonment.raise(because: "another rank of the gang failed or was lost")
    }

    /// Every gang is over.
    func abandonAll(because reason: String) {
        let gangs = state.withLock { Array($0.gangs.values) }
        for gang in gangs {
            gang.task?.cancel()
            gang.abandonment.raise(because: reason)
        }
    }

    /// Cancels the Swift task, and leaves the communicator.
    func cancel(_ task: TaskID) {
        guard let gang = state.withLock({ $0.gangs[task] }) else { return }
        gang.task?.cancel()
        gang.abandonment.raise(because: "the collective task was cancelled")
    }

    /// Ends MPI where it runs, for a second at most, and then calls `done`.
    func finish(_ done: @escaping @Sendable () -> Void) {
        guard state.withLock({ $0.isPrepared }) else { return done() }
        Task {
            // MPI_Finalize waits for the other ranks, and one of them may be gone.
            try? await Task.sleep(for: .seconds(1))
            done()
        }
        Task(executorPreference: MPIThread.shared) {
            // Whether it succeeds makes no difference to a process that leaves.
            try? MPIThread.shared.finalize()
            done()
        }
    }

    private func run(_ order: RunOrder, _ abandonment: Abandonment) async {
        record.begin(order.task.number)
        link.send(WorkerReport.started(order.task).frame)
        let outcome: TaskOutcome
        do {
            outcome = .encoded(try await output(of: order, abandonment))
        } catch {
            outcome = .failure(ErrorPayload(error, worker: worker.index, host: WorkerSetup.hostName).error)
        }
        record.end()
        state.withLock { _ = $0.gangs.removeValue(forKey: order.task) }
        link.send(WorkerReport.answered(order.task, outcome, microseconds: nil).frame)
    }

    private func output(of order: RunOrder, _ abandonment: Abandonment) async throws -> EncodedPayload {
        try await worker.ready(order.header.client)
        let communicator = try Communicator.group(
            of: order.members, tag: Int(truncatingIfNeeded: order.task.number), abandonment: abandonment)
        let context = TaskContext(
            order.header, worker: worker.index, rank: order.rank, ranks: order.members.count, attachment: communicator,
            progressSink: { [link] progress in
                if order.rank == 0 { link.send(WorkerReport.progress(order.task, progress).frame) }
            })
        let output = try await TaskContext.$current.withValue(context) { try await order.payload.run() }
        try communicator.close()
        return order.rank == 0 ? output : EncodedPayload()
    }
}
