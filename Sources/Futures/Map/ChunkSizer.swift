// SPDX-License-Identifier: Apache-2.0
// How many items a chunk of a map gets.

/// Sizes chunks so that each takes a few milliseconds: long against what a message costs, short against a run.
struct ChunkSizer: Sendable {
    /// The run time that a chunk should have, in microseconds.
    private static let target = 4000.0
    /// A chunk gives items back when it has run for this long, in microseconds.
    static let budget = 50_000.0
    private static let largest = 8192

    private let fixed: Int?
    private var microsecondsPerItem: Double?
    private var last = 1

    /// A sizer that finds the size itself, or keeps to the one given.
    init(fixed: Int?) {
        self.fixed = fixed
    }

    /// The size of the next chunk: it grows at most fourfold from one report to the next.
    var next: Int {
        if let fixed { return fixed }
        guard let microsecondsPerItem else { return 1 }
        let wanted = Self.target / max(microsecondsPerItem, 0.01)
        return max(1, min(Int(min(wanted, Double(Self.largest))), 4 * last))
    }

    /// Learns from a chunk that came back.
    mutating func ran(items: Int, microseconds: Double) {
        // What can't be a run time came from a clock that was set, or from a damaged message.
        guard items > 0, microseconds.isFinite, microseconds >= 0 else { return }
        let mean = microseconds / Double(items)
        microsecondsPerItem = microsecondsPerItem.map { 0.7 * $0 + 0.3 * mean } ?? mean
        last = max(items, 1)
    }
}
