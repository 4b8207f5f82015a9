// SPDX-License-Identifier: Apache-2.0
// How long to wait between two looks at something that MPI has no event for.

/// The pause between two polls: none at first, then giving the core away, then short sleeps that grow.
struct Backoff {
    /// What to do before the next poll.
    enum Pause: Equatable {
        /// Poll again at once.
        case none
        /// Give the core to another thread that can run, if there is one.
        case yield
        /// Sleep this many nanoseconds.
        case sleep(nanoseconds: Int)
    }

    /// How long to poll without a pause, in nanoseconds from the start of the wait.
    let spinning: Int
    /// How long to poll with yields after that.
    let yielding: Int
    /// The longest sleep.
    ///
    /// It must be much shorter than the time of yielding: a rank that waits for one that sleeps would else fall
    /// asleep as well, and the ranks would never get out of it. (Measured: 800 µs instead of 8 µs for a round in a
    /// ring of 3 ranks on 2 cores.)
    static let longestSleep = 500_000
    /// The longest sleep of a thread that nothing is known to be on its way to.
    static let shortRest = 1_500_000
    /// The longest sleep of a thread that whoever sends it something wakes.
    static let longRest = 50_000_000
    private let limit: Int
    private var nextSleep: Int

    /// Makes a back-off.
    ///
    /// - Parameters:
    ///   - byteCount: what the operation moves. A transfer under way only moves while it is polled, so the patience
    ///     before the first sleep grows with it, as if the slowest transport did 0.5 GB/s.
    ///   - isCrowded: whether ranks compete for cores, where spinning takes time from the rank that is waited for.
    ///   - longestSleep: the longest sleep between two polls, in nanoseconds.
    init(byteCount: Int = 0, isCrowded: Bool, longestSleep: Int = Self.longestSleep) {
        limit = longestSleep
        spinning = isCrowded ? 2_000 : 50_000
        yielding = 4 * Self.longestSleep + 2 * byteCount
        nextSleep = 10_000
    }

    /// The pause after a poll that found nothing, `elapsed` nanoseconds after the wait began.
    mutating func pause(elapsed: Int) -> Pause {
        if elapsed < spinning { return .none }
        if elapsed < spinning + yielding { return .yield }
        defer { nextSleep = min(2 * nextSleep, limit) }
        return .sleep(nanoseconds: nextSleep)
    }
}
