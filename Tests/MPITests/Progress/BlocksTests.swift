// SPDX-License-Identifier: Apache-2.0
// How operations are cut.

import Testing

@testable import MPI

struct BlocksTests {
    @Test(arguments: [0, 1, 2, 6, 7, 8, 13, 14, 15])
    func coverEverythingOnce(count: Int) {
        let blocks = Blocks(count: count, unitByteCount: 8, blockByteCount: 56)
        let ranges = Array(blocks)
        #expect(ranges.flatMap { Array($0) } == Array(0..<count))
        #expect(ranges.allSatisfy { $0.count <= 7 })
        #expect(ranges.map(\.count).max() ?? 0 == blocks.largest)
    }

    @Test func haveOneUnitAtLeast() {
        #expect(Array(Blocks(count: 3, unitByteCount: 100, blockByteCount: 7)) == [0..<1, 1..<2, 2..<3])
    }

    /// Counts beyond what MPI's int can say, without the memory that they stand for.
    @Test func countsBeyond32BitsAreCut() {
        let count = Int(Int32.max) * 5 + 3
        let blocks = Blocks(count: count, unitByteCount: 8, blockByteCount: 1 << 30)
        #expect(blocks.map(\.count).reduce(0, +) == count)
        #expect(blocks.allSatisfy { $0.count * 8 <= Int(Int32.max) })
    }
}
