// SPDX-License-Identifier: Apache-2.0
// Back-pressure: who may hand in a task now, and who waits.

import DequeModule

/// Admits submissions while the tasks and bytes that are held stay below a bound; the others wait in their order.
///
/// A submission is always admitted when nothing is held, however large it is.
package struct AdmissionQueue: Sendable {
    /// The bounds.
    package struct Limits: Sendable, Hashable {
        package var tasks: Int
        package var bytes: Int

        package init(tasks: Int = 16384, bytes: Int = 1 << 29) {
            self.tasks = tasks
            self.bytes = bytes
        }
    }

    private let limits: Limits
    private var heldTasks = 0
    private var heldBytes = 0
    private var waiting: Deque<(ticket: UInt64, bytes: Int)> = []

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Takes a submission in if there is room and nobody waits; it does not wait itself.
    package mutating func admitNow(bytes: Int) -> Bool {
        guard waiting.isEmpty, hasRoom(for: bytes) else { return false }
        hold(bytes)
        return true
    }

    /// Takes a submission in; false where it must wait with its ticket.
    package mutating func admit(_ ticket: UInt64, bytes: Int) -> Bool {
        if admitNow(bytes: bytes) { return true }
        waiting.append((ticket, bytes))
        return false
    }

    /// Something that was held has ended; returns the tickets that are admitted now, in order.
    package mutating func release(bytes: Int) -> [UInt64] {
        heldTasks -= 1
        heldBytes -= bytes
        return admitWaiting()
    }

    /// Admits those that wait and fit, in order; after a release, and when somebody who stood before them has left.
    package mutating func admitWaiting() -> [UInt64] {
        var admitted: [UInt64] = []
        while let next = waiting.first, hasRoom(for: next.bytes) {
            waiting.removeFirst()
            hold(next.bytes)
            admitted.append(next.ticket)
        }
        return admitted
    }

    /// Takes a waiting ticket out; false where it does not wait (any more).
    package mutating func withdraw(_ ticket: UInt64) -> Bool {
        guard let index = waiting.firstIndex(where: { $0.ticket == ticket }) else { return false }
        waiting.remove(at: index)
        return true
    }

    private func hasRoom(for bytes: Int) -> Bool {
        heldTasks == 0 || (heldTasks < limits.tasks && heldBytes + bytes <= limits.bytes)
    }

    private mutating func hold(_ bytes: Int) {
        heldTasks += 1
        heldBytes += bytes
    }
}
