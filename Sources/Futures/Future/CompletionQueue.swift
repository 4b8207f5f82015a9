// SPDX-License-Identifier: Apache-2.0
// Who has ended, in the order of ends, for one consumer.

import DequeModule
import Synchronization

/// A queue of the numbers of those that have ended, and of the end of a time limit.
///
/// Anybody pushes; one consumer at a time takes.
final class CompletionQueue: Sendable {
    private typealias Waiter = CheckedContinuation<Int?, Never>

    private struct State {
        var numbers: Deque<Int> = []
        var isOver = false
        var isCancelled = false
        var waiter: Waiter?
        var timer: Task<Void, Never>?
    }

    private let state = Mutex(State())

    deinit { state.withLock { $0.timer }?.cancel() }

    /// Somebody has ended; nothing happens after the time limit.
    func push(_ number: Int) {
        let waiter = state.withLock { state -> Waiter? in
            guard !state.isOver else { return nil }
            if let waiter = state.waiter {
                state.waiter = nil
                return waiter
            }
            state.numbers.append(number)
            return nil
        }
        waiter?.resume(returning: number)
    }

    /// Begins the time limit; zero or less ends it now, after those that have ended.
    func limit(to limit: Duration) {
        guard limit > .zero else { return end() }
        let timer = Task { [weak self] in
            do { try await Task.sleep(for: limit) } catch { return }
            self?.end()
        }
        state.withLock { $0.timer = timer }
    }

    /// The next that has ended, `nil` where the time limit has passed before.
    ///
    /// - Throws: `CancellationError` where the waiting Swift task is cancelled.
    func next() async throws -> Int? {
        let number = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter) in
                let (isReady, number) = state.withLock { state -> (Bool, Int?) in
                    if let number = state.numbers.popFirst() { return (true, number) }
                    // The handler may have run before the waiter was registered.
                    if state.isOver || state.isCancelled { return (true, nil) }
                    state.waiter = waiter
                    return (false, nil)
                }
                if isReady { waiter.resume(returning: number) }
            }
        } onCancel: {
            leave()
        }
        if number == nil, state.withLock({ $0.isCancelled }) { throw CancellationError() }
        return number
    }

    private func end() {
        let waiter = state.withLock { state in
            state.isOver = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: nil)
    }

    private func leave() {
        let waiter = state.withLock { state in
            state.isCancelled = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: nil)
    }
}
