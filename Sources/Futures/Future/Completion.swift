// SPDX-License-Identifier: Apache-2.0
// What became of one of several futures.

/// The end of one of several futures.
public struct Completion<Value: Sendable>: Sendable {
    /// The future's place among those that were given; the first one where it was given twice.
    public let index: Int
    /// How it ended.
    public let result: Result<Value, any Error>

    /// The value.
    ///
    /// - Throws: The future's error.
    public var value: Value {
        get throws { try result.get() }
    }
}

/// Several futures after a time limit.
public struct Settlement<Value: Sendable>: Sendable {
    /// Those that have ended, in the order in which they were given.
    public let ended: [Completion<Value>]
    /// The places of the others, in order; their work goes on.
    public let pending: [Int]

    /// Whether all have ended.
    public var isComplete: Bool { pending.isEmpty }
}
