// SPDX-License-Identifier: Apache-2.0
// Data that takes several blocks of the usual size.

import MPI

/// Counts just below, at and above the block, and some way beyond it.
enum LargeSuite {
    /// Runs the suite; collective.
    static func run(on world: Communicator) throws {
        let block = world.blockByteCount / MemoryLayout<UInt64>.stride
        let (rank, size) = (world.rank, world.size)
        for count in [block - 1, block, block + 1, 2 * block + 12345] {
            let name = "large: \(count) elements"
            // Place-dependent and different on each rank; sums of few of them don't overflow.
            let values = [UInt64](unsafeUninitializedCapacity: count) { buffer, initializedCount in
                for index in 0..<count { buffer[index] = pattern(rank, index) }
                initializedCount = count
            }
            let sum = try world.allReduce(values, .sum)
            Checks.expect(hasPattern(sum) { index in (0..<size).reduce(0) { $0 + pattern($1, index) } }, "\(name): sum")
            let copy = try world.broadcast(values, root: size - 1)
            Checks.expect(hasPattern(copy) { pattern(size - 1, $0) }, "\(name): broadcast")
            let previous = (rank + size - 1) % size
            let (ring, status) = try world.sendReceive(values, to: (rank + 1) % size, from: previous)
            Checks.expect(hasPattern(ring) { pattern(previous, $0) }, "\(name): ring")
            Checks.equal(status.count, count, "\(name): count")
            let parts = try world.gather(varying: rank == 0 ? [] : values)
            let isRight = parts?.dropFirst().enumerated().allSatisfy { part in
                part.element.count == count && hasPattern(part.element) { pattern(part.offset + 1, $0) }
            }
            Checks.equal(isRight, rank == 0 ? true : nil, "\(name): gather varying")
        }
    }

    private static func pattern(_ rank: Int, _ index: Int) -> UInt64 {
        UInt64(truncatingIfNeeded: (index &* 2_654_435_761) & 0xFFFF_FFFF) &+ UInt64(rank) << 40
    }

    /// Compares at about a thousand places and both ends: the debug build would take long for all.
    private static func hasPattern(_ values: [UInt64], _ pattern: (Int) -> UInt64) -> Bool {
        let step = max(1, values.count / 1009)
        return stride(from: 0, to: values.count, by: step).allSatisfy { values[$0] == pattern($0) }
            && values.indices.suffix(50).allSatisfy { values[$0] == pattern($0) }
    }
}
