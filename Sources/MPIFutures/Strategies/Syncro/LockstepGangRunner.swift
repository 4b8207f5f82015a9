// SPDX-License-Identifier: Apache-2.0
// This rank's parts of collective tasks, in the order of submission.

import DequeModule
import Futures
import MPI
import Synchronization

/// Runs this rank's parts of collective tasks on the MPI thread, each with a communicator of its gang.
///
/// Strictly one after the other in the order of submission: that all ranks do so is what keeps gangs from waiting for
/// each other in a circle.
final class LockstepGangRunner: Sendable {
    private struct State {
        var waiting: Deque<(order: LockstepOrder, abandonment: Abandonment)> = []
        var current: (step: StepID, abandonment: Abandonment)?
        /// Gangs that ended before this rank came to them.
        var abandoned: [StepID: String] = [:]
        var runner: Task<Void, Never>?
        /// The number of the last submission that ran here, plus one.
        var begun: UInt64 = 0
    }

    private let rank: Int
    private let listener: LockstepTaskRunner.Listener
    private let state = Mutex(State())

    init(rank: Int, _ listener: LockstepTaskRunner.Listener) {
        self.rank = rank
        self.listener = listener
    }

    /// Adds this rank's part of a collective task; never waits.
    func enqueue(_ order: LockstepOrder) {
        state.withLock { state in
            let abandonment = Abandonment()
            if let reason = state.abandoned.removeValue(forKey: order.step) { abandonment.raise(because: reason) }
            state.waiting.append((order, abandonment))
            if state.runner == nil {
                state.runner = Task(executorPreference: MPIThread.shared) { await self.run() }
            }
        }
    }

    /// A gang has ended elsewhere: this rank leaves it, or never enters it.
    func abandon(_ step: StepID, because reason: String) {
        state.withLock { state in
            if let current = state.current, current.step == step {
                current.abandonment.raise(because: reason)
            } else if let waiting = state.waiting.first(where: { $0.order.step == step }) {
                waiting.abandonment.raise(because: reason)
            } else if step.number >= state.begun {
                state.abandoned[step] = reason
            }
        }
    }

    /// Leaves everything.
    func stop(because reason: String) {
        state.withLock { state in
            state.current?.abandonment.raise(because: reason)
            for (_, abandonment) in state.waiting { abandonment.raise(because: reason) }
        }
    }

    private func run() async {
        while let (order, abandonment) = next() {
            let result: Result<EncodedPayload, any Error>
            do {
                result = .success(try await output(of: order, abandonment))
            } catch {
                result = .failure(error)
            }
            listener.ended(order, result)
        }
    }

    private func next() -> (LockstepOrder, Abandonment)? {
        state.withLock { state in
            guard let (order, abandonment) = state.waiting.popFirst() else {
                state.current = nil
                state.runner = nil
                return nil
            }
            state.current = (order.step, abandonment)
            state.begun = order.step.number + 1
            if !state.abandoned.isEmpty { state.abandoned = state.abandoned.filter { $0.key.number >= state.begun } }
            return (order, abandonment)
        }
    }

    private func output(of order: LockstepOrder, _ abandonment: Abandonment) async throws -> EncodedPayload {
        let communicator = try Communicator.group(
            of: order.members, tag: Int(truncatingIfNeeded: order.step.number), abandonment: abandonment)
        let isLeader = communicator.rank == 0
        let context = TaskContext(
            order.header, worker: rank, rank: communicator.rank, ranks: order.members.count, attachment: communicator,
            progressSink: { [listener] progress in
                if isLeader { listener.progressed(order.step, progress) }
            })
        let output = try await TaskContext.$current.withValue(context) { try await order.payload.run() }
        try communicator.close()
        return isLeader ? output : EncodedPayload()
    }
}
