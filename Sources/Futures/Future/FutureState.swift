// SPDX-License-Identifier: Apache-2.0
// Where a future stands.

/// Where a future stands.
///
/// It only moves forward: pending, running, then one of the three ends.
///
/// A running task whose worker is lost and that is started again elsewhere stays `running`.
public enum FutureState: String, Sendable, Hashable, Codable {
    /// Accepted, not begun.
    case pending
    /// Begun on a worker.
    case running
    /// Ended with a value.
    case succeeded
    /// Ended with an error.
    case failed
    /// Ended by cancellation.
    case cancelled

    /// Whether the future has ended.
    public var isEnd: Bool { self != .pending && self != .running }
}
