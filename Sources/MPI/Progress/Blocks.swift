// SPDX-License-Identifier: Apache-2.0
// How a large operation is cut into pieces.

/// The ranges of at most `length` units that cover `0..<count`, in order.
struct Blocks: Sequence {
    /// How many units there are.
    let count: Int
    /// How many units a block has, but for the last one.
    let length: Int

    /// Cuts `count` units.
    ///
    /// - Parameters:
    ///   - count: the number of units.
    ///   - unitByteCount: the bytes of one unit, over all ranks that take part with one.
    ///   - blockByteCount: the bytes that a block may have; a block has one unit at least.
    init(count: Int, unitByteCount: Int, blockByteCount: Int) {
        self.count = count
        length = Swift.max(1, blockByteCount / Swift.max(1, unitByteCount))
    }

    /// The number of units in the largest block.
    var largest: Int { Swift.min(count, length) }

    /// An iterator over the ranges.
    func makeIterator() -> some IteratorProtocol<Range<Int>> {
        stride(from: 0, to: count, by: length).lazy
            .map { [count, length] start in start..<start + Swift.min(length, count - start) }
            .makeIterator()
    }
}
