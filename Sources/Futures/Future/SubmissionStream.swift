// SPDX-License-Identifier: Apache-2.0
// Random streams of submissions that are made when an input is there.

/// Numbers of random streams that do not depend on when a submission is made.
///
/// A task that waits for its input can't be numbered in the order of submissions without the order of ends coming into
/// it. Its stream follows from that of its input instead, and from what is done with it.
enum SubmissionStream {
    /// One number for several; the order counts.
    static func mixed(_ streams: [UInt64?]) -> UInt64 {
        streams.reduce(UInt64(streams.count)) { mixed($0, $1 ?? UInt64.max) }
    }

    /// One number for two; the order counts.
    static func mixed(_ first: UInt64, _ second: UInt64) -> UInt64 {
        var random = RandomStream(seed: first, stream: second)
        return random.next()
    }
}
