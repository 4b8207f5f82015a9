// SPDX-License-Identifier: Apache-2.0
// The ordinary tasks of a rank in lockstep, one after the other.

import DequeModule
import Futures
import Synchronization

/// Runs the ordinary tasks that this rank owns: by priority, then in the order of submission.
final class LockstepTaskRunner: Sendable {
    /// Told how tasks end and how far they are.
    struct Listener: Sendable {
        var ended: @Sendable (LockstepOrder, Result<EncodedPayload, any Error>) -> Void
        var progressed: @Sendable (StepID, TaskProgress) -> Void
    }

    private struct State {
        var waiting: Deque<LockstepOrder> = []
        var current: StepID?
        var runner: Task<Void, Never>?
        /// Counts the runners: one that was given up finds that it is not the present one.
        var generation = 0
    }

    private let rank: Int
    private let listener: Listener
    private let state = Mutex(State())

    init(rank: Int, _ listener: Listener) {
        self.rank = rank
        self.listener = listener
    }

    /// Adds a task; never waits.
    func enqueue(_ order: LockstepOrder) {
        state.withLock { state in
            // Nearly always at the end.
            let place = state.waiting.lastIndex { $0.priority >= order.priority }.map { $0 + 1 } ?? 0
            state.waiting.insert(order, at: place)
            if state.runner == nil { startRunner(&state) }
        }
    }

    /// Drops a task that waits; one that runs is cancelled, and those behind it go on without it.
    func giveUp(_ step: StepID) {
        let runner = state.withLock { state -> Task<Void, Never>? in
            if let index = state.waiting.firstIndex(where: { $0.step == step }) {
                state.waiting.remove(at: index)
                return nil
            }
            guard state.current == step else { return nil }
            defer { replaceRunner(&state) }
            return state.runner
        }
        runner?.cancel()
    }

    /// Drops everything.
    func stop() {
        let runner = state.withLock { state -> Task<Void, Never>? in
            state.waiting = []
            defer { replaceRunner(&state) }
            return state.runner
        }
        runner?.cancel()
    }

    private func startRunner(_ state: inout State) {
        state.generation += 1
        let generation = state.generation
        state.runner = Task { await run(generation) }
    }

    private func replaceRunner(_ state: inout State) {
        state.current = nil
        state.generation += 1
        state.runner = nil
        if !state.waiting.isEmpty { startRunner(&state) }
    }

    @concurrent private func run(_ generation: Int) async {
        while let order = next(generation) {
            let context = TaskContext(
                order.header, worker: rank,
                progressSink: { [listener] progress in listener.progressed(order.step, progress) })
            let result: Result<EncodedPayload, any Error>
            do {
                result = .success(
                    try await TaskContext.$current.withValue(context) { try await order.payload.run() })
            } catch {
                result = .failure(error)
            }
            listener.ended(order, result)
        }
    }

    private func next(_ generation: Int) -> LockstepOrder? {
        state.withLock { state in
            guard state.generation == generation else { return nil }
            let order = state.waiting.popFirst()
            state.current = order?.step
            if order == nil { state.runner = nil }
            return order
        }
    }
}
