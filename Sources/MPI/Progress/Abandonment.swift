// SPDX-License-Identifier: Apache-2.0
// The sign by which the ranks of a gang learn that it is over.

internal import Synchronization

/// A flag that tells an operation in progress, from any thread, that the other ranks will not come.
///
/// One abandonment belongs to one gang: its communicator, and all that are split off from it, share it. It can be made,
/// and raised, before the communicator exists. It is never lowered.
package final class Abandonment: Sendable {
    private let flag = Atomic<Bool>(false)
    private let cause = Mutex<String?>(nil)

    /// Makes an abandonment that is not raised.
    package init() {}

    /// Whether the gang is over.
    package var isRaised: Bool { flag.load(ordering: .acquiring) }

    /// Why the gang is over; `nil` while it is not.
    package var reason: String? { cause.withLock { $0 } }

    /// Ends the gang for this rank.
    ///
    /// The first reason stands; later calls change nothing. Local, from any thread.
    package func raise(because reason: String) {
        cause.withLock { cause in
            if cause == nil { cause = reason }
        }
        flag.store(true, ordering: .releasing)
    }
}
