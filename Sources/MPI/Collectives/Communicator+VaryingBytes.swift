// SPDX-License-Identifier: Apache-2.0
// Gather, scatter and all-to-all over parts of different lengths, block by block through staging buffers.

internal import CMPI

extension Communicator {
    /// The value of every rank, on every rank.
    ///
    /// Part of a larger operation.
    func shareWithAll(_ value: Int, _ operation: Operation) throws(MPIError) -> [Int] {
        try [Int].filled(count: size) { (target) throws(MPIError) in
            try withUnsafeBytes(of: value) { (source) throws(MPIError) in
                try gatherBytes(source, into: target, root: nil, operation)
            }
        }
    }

    /// The root's numbers on every rank.
    ///
    /// Part of a larger operation.
    func shareFromRoot(_ values: [Int], root: Int, _ operation: Operation) throws(MPIError) -> [Int] {
        try [Int].filled(count: values.count) { (buffer) throws(MPIError) in
            values.withUnsafeBytes { buffer.copyMemory(from: $0) }
            try broadcastBytes(buffer, root: root, operation)
        }
    }

    /// Puts the ranks' bytes one after the other into `target`, at the root or (`nil`) everywhere.
    ///
    /// - Parameter counts: the number of bytes of each rank, known to all.
    func gatherBytes(
        _ source: UnsafeRawBufferPointer, counts: [Int], into target: UnsafeMutableRawBufferPointer?, root: Int?,
        _ operation: Operation
    ) throws(MPIError) {
        let isReceiver = root == nil || root == rank
        let blocks = Blocks(count: counts.max() ?? 0, unitByteCount: size, blockByteCount: blockByteCount)
        let staging = Staging(
            sendByteCount: Swift.min(blocks.largest, source.count),
            receiveByteCount: isReceiver ? blocks.largest * size : 0, integerCount: 2 * size)
        for block in blocks {
            let own = block.clamped(to: 0..<source.count)
            if !own.isEmpty { staging.send.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[own])) }
            let layout = Layout(block, of: counts, in: staging.integers)
            try staging.perform(operation, byteCount: layout.byteCount) { request in
                let send = staging.send.baseAddress
                let receive = staging.receive.baseAddress
                let count = Int64(own.count)
                guard let root else {
                    return CMPI_iallgatherv(send, count, receive, layout.counts, layout.offsets, handle, &request)
                }
                return CMPI_igatherv(
                    send, count, receive, layout.counts, layout.offsets, Int32(root), handle, &request)
            }
            guard isReceiver, let target else { continue }
            layout.forEachPart { part, range in target.copy(staging.receive[range], at: part) }
        }
    }

    /// Copies part r of the root's `source` into rank r's `target`.
    ///
    /// - Parameter counts: the number of bytes of each part, known to all.
    func scatterBytes(
        _ source: UnsafeRawBufferPointer?, counts: [Int], into target: UnsafeMutableRawBufferPointer, root: Int,
        _ operation: Operation
    ) throws(MPIError) {
        let blocks = Blocks(count: counts.max() ?? 0, unitByteCount: size, blockByteCount: blockByteCount)
        let staging = Staging(
            sendByteCount: rank == root ? blocks.largest * size : 0,
            receiveByteCount: Swift.min(blocks.largest, target.count), integerCount: 2 * size)
        for block in blocks {
            let own = block.clamped(to: 0..<target.count)
            let layout = Layout(block, of: counts, in: staging.integers)
            if rank == root, let source {
                layout.forEachPart { part, range in
                    staging.send.copy(
                        UnsafeRawBufferPointer(rebasing: source[part..<part + range.count]), at: range.lowerBound)
                }
            }
            try staging.perform(operation, byteCount: layout.byteCount) { request in
                CMPI_iscatterv(
                    staging.send.baseAddress, layout.counts, layout.offsets, staging.receive.baseAddress,
                    Int64(own.count), Int32(root), handle, &request)
            }
            if !own.isEmpty { target.copy(staging.receive[..<own.count], at: own.lowerBound) }
        }
    }

    /// Sends part r of `source` to rank r, and puts the parts that come into `target` in the order of the ranks.
    ///
    /// - Parameters:
    ///   - rounds: the largest number of bytes that any rank sends to any other, the same on all ranks.
    ///   - sendCounts: the number of bytes for each rank.
    ///   - receiveCounts: the number of bytes from each rank.
    func allToAllBytes(
        _ source: UnsafeRawBufferPointer, sendCounts: [Int], into target: UnsafeMutableRawBufferPointer,
        receiveCounts: [Int], largestPart: Int, _ operation: Operation
    ) throws(MPIError) {
        let blocks = Blocks(count: largestPart, unitByteCount: size, blockByteCount: blockByteCount)
        let byteCount = blocks.largest * size
        let staging = Staging(sendByteCount: byteCount, receiveByteCount: byteCount, integerCount: 4 * size)
        for block in blocks {
            let outgoing = Layout(
                block, of: sendCounts, in: UnsafeMutableBufferPointer(rebasing: staging.integers[..<(2 * size)]))
            let incoming = Layout(
                block, of: receiveCounts, in: UnsafeMutableBufferPointer(rebasing: staging.integers[(2 * size)...]))
            outgoing.forEachPart { part, range in
                staging.send.copy(
                    UnsafeRawBufferPointer(rebasing: source[part..<part + range.count]), at: range.lowerBound)
            }
            try staging.perform(operation, byteCount: outgoing.byteCount + incoming.byteCount) { request in
                CMPI_ialltoallv(
                    staging.send.baseAddress, outgoing.counts, outgoing.offsets, staging.receive.baseAddress,
                    incoming.counts, incoming.offsets, handle, &request)
            }
            incoming.forEachPart { part, range in target.copy(staging.receive[range], at: part) }
        }
    }
}

/// Where the pieces of one block lie: piece r is what the block takes of rank r's part.
private struct Layout {
    /// The bytes of each piece, in memory that lives as long as the request.
    let counts: UnsafeMutablePointer<Int32>
    /// The place of each piece in the staging buffer.
    let offsets: UnsafeMutablePointer<Int32>
    /// The bytes of all pieces.
    private(set) var byteCount = 0
    private let block: Range<Int>
    private let partCounts: [Int]

    /// Lays out a block of parts that have `partCounts` bytes; `storage` has room for two numbers per part.
    init(_ block: Range<Int>, of partCounts: [Int], in storage: UnsafeMutableBufferPointer<Int32>) {
        // Safe: a communicator has one rank at least, so there are two numbers at least.
        counts = storage.baseAddress!
        offsets = counts + partCounts.count
        self.block = block
        self.partCounts = partCounts
        for (part, count) in partCounts.enumerated() {
            let piece = block.clamped(to: 0..<count).count
            // A block has at most `blockByteCount` bytes, or one byte per rank: the numbers fit, and trap if not.
            counts[part] = Int32(piece)
            offsets[part] = Int32(byteCount)
            byteCount += piece
        }
    }

    /// Calls a body for each piece: with its place in the caller's buffer and its range in the staging buffer.
    func forEachPart(_ body: (Int, Range<Int>) -> Void) {
        var start = 0
        for (part, count) in partCounts.enumerated() {
            if counts[part] > 0 {
                let offset = Int(offsets[part])
                body(start + block.lowerBound, offset..<offset + Int(counts[part]))
            }
            start += count
        }
    }
}
