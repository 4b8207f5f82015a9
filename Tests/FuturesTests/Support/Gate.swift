// SPDX-License-Identifier: Apache-2.0
// Where tasks of this process wait until a test lets them go.

import Synchronization

/// A gate that can be named in a task's input, because it travels as a number.
///
/// It is closed at first; those who pass are counted on their way in.
struct Gate: Codable, Sendable {
    private struct State {
        var isOpen = false
        var arrivals = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private static let states = Mutex<[Int: State]>([:])
    private let number: Int

    init() {
        number = Self.states.withLock { states in
            states[states.count] = State()
            return states.count - 1
        }
    }

    /// How many have come so far.
    var arrivals: Int { state { $0.arrivals } }

    /// Lets everybody pass, now and later.
    func open() {
        let waiters = state { state in
            state.isOpen = true
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits until the gate is open.
    ///
    /// - Throws: `CancellationError` where this task is cancelled meanwhile.
    func pass() async throws {
        let key = arrive()
        await withTaskCancellationHandler {
            await withCheckedContinuation { wait(key, $0) }
        } onCancel: {
            leave(key)
        }
        try Task.checkCancellation()
    }

    /// Waits until the gate is open, whatever happens to this task.
    func passDeafly() async {
        let key = arrive()
        await withCheckedContinuation { continuation in
            let isOpen = state { state in
                if !state.isOpen { state.waiters[key] = continuation }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    /// Waits until that many have come.
    func isReached(by count: Int) async { await until { arrivals >= count } }

    private func arrive() -> Int {
        state { state in
            state.arrivals += 1
            return state.arrivals
        }
    }

    private func wait(_ key: Int, _ continuation: CheckedContinuation<Void, Never>) {
        let mustWait = state { state in
            guard !state.isOpen else { return false }
            state.waiters[key] = continuation
            return true
        }
        // The handler may have run before the waiter was registered.
        if !mustWait { continuation.resume() } else if Task.isCancelled { leave(key) }
    }

    private func leave(_ key: Int) {
        state { $0.waiters.removeValue(forKey: key) }?.resume()
    }

    private func state<Result>(_ body: (inout sending State) -> sending Result) -> sending Result {
        Self.states.withLock { states in
            var state = states[number] ?? State()
            defer { states[number] = state }
            return body(&state)
        }
    }
}
