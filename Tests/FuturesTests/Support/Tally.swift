// SPDX-License-Identifier: Apache-2.0
// What tasks of this process leave behind for a test to look at.

import Synchronization

/// A list of numbers that can be named in a task's input, because it travels as a number.
struct Tally: Codable, Sendable {
    private struct State {
        var entries: [Int] = []
        var present = 0
        var mostPresent = 0
    }

    private static let states = Mutex<[Int: State]>([:])
    private let number: Int

    init() {
        number = Self.states.withLock { states in
            states[states.count] = State()
            return states.count - 1
        }
    }

    /// What was noted, in order.
    var entries: [Int] { Self.states.withLock { $0[number]?.entries ?? [] } }

    /// The most that were inside at a time.
    var mostPresent: Int { Self.states.withLock { $0[number]?.mostPresent ?? 0 } }

    /// Adds an entry.
    func note(_ entry: Int) { change { $0.entries.append(entry) } }

    /// Somebody comes in.
    func enter() {
        change { state in
            state.present += 1
            state.mostPresent = max(state.mostPresent, state.present)
        }
    }

    /// Somebody goes out.
    func leave() { change { $0.present -= 1 } }

    private func change(_ body: (inout State) -> Void) {
        Self.states.withLock { states in
            var state = states[number] ?? State()
            body(&state)
            states[number] = state
        }
    }
}

/// A counter that closures of a test may capture.
final class Counter: Sendable {
    private let value = Atomic(0)

    /// How often it was counted.
    var count: Int { value.load(ordering: .sequentiallyConsistent) }

    /// Counts, and returns the new count.
    @discardableResult func increment() -> Int { value.add(1, ordering: .sequentiallyConsistent).newValue }
}

/// Waits until a condition holds, letting others run meanwhile; a test's time limit bounds it, by cancellation.
func until(_ condition: () -> Bool) async {
    while !condition() && !Task.isCancelled { await Task.yield() }
}
