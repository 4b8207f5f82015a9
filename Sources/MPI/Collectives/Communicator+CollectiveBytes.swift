// SPDX-License-Identifier: Apache-2.0
// Broadcast, reductions, gather, scatter and all-to-all over bytes, block by block through staging buffers.

internal import CMPI

/// Who gets the result of a reduction.
enum ReductionTarget {
    /// The root.
    case root(Int)
    /// Every rank.
    case all
    /// Rank r gets the reduction over the ranks 0...r.
    case prefix
    /// Rank r gets the reduction over the ranks 0..<r; rank 0 gets nothing.
    case exclusivePrefix
}

extension Communicator {
    /// Copies the root's bytes into every other rank's buffer of the same size.
    func broadcastBytes(
        _ buffer: UnsafeMutableRawBufferPointer, root: Int, _ operation: Operation
    ) throws(MPIError) {
        try operation.requireRank(root, "the root")
        let blocks = Blocks(count: buffer.count, unitByteCount: 1, blockByteCount: blockByteCount)
        let staging = Staging(receiveByteCount: blocks.largest)
        for block in blocks {
            if rank == root { staging.receive.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[block])) }
            try staging.perform(operation, byteCount: block.count) { request in
                CMPI_ibcast(staging.receive.baseAddress, Int64(block.count), Int32(root), handle, &request)
            }
            if rank != root { buffer.copy(staging.receive[..<block.count], at: block.lowerBound) }
        }
    }

    /// Combines the ranks' elements; `target` is written where the rank gets a result.
    func reduceBytes(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer?, _ datatype: Datatype,
        _ op: CMPI_op, _ kind: ReductionTarget, _ operation: Operation
    ) throws(MPIError) {
        let lane = datatype.laneByteCount
        let blocks = Blocks(count: source.count / lane, unitByteCount: lane, blockByteCount: blockByteCount)
        let staging = Staging(sendByteCount: blocks.largest * lane, receiveByteCount: blocks.largest * lane)
        for block in blocks {
            let bytes = block.lowerBound * lane..<block.upperBound * lane
            staging.send.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[bytes]))
            try staging.perform(operation, byteCount: bytes.count) { request in
                startReduction(staging, Int64(block.count), datatype.element, op, kind, &request)
            }
            target?.copy(staging.receive[..<bytes.count], at: bytes.lowerBound)
        }
    }

    private func startReduction(
        _ staging: Staging, _ count: Int64, _ datatype: CMPI_datatype, _ op: CMPI_op, _ kind: ReductionTarget,
        _ request: inout MPI_Request?
    ) -> Int32 {
        let send = staging.send.baseAddress
        let receive = staging.receive.baseAddress
        return switch kind {
        case .root(let root): CMPI_ireduce(send, receive, count, datatype, op, Int32(root), handle, &request)
        case .all: CMPI_iallreduce(send, receive, count, datatype, op, handle, &request)
        case .prefix: CMPI_iscan(send, receive, count, datatype, op, handle, &request)
        case .exclusivePrefix: CMPI_iexscan(send, receive, count, datatype, op, handle, &request)
        }
    }

    /// Puts the ranks' bytes, equally many of each, one after the other into `target`, at the root or (`nil`)
    /// everywhere.
    func gatherBytes(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer?, root: Int?,
        _ operation: Operation
    ) throws(MPIError) {
        if let root { try operation.requireRank(root, "the root") }
        let blocks = Blocks(count: source.count, unitByteCount: size, blockByteCount: blockByteCount)
        let isReceiver = root == nil || root == rank
        let staging = Staging(
            sendByteCount: blocks.largest, receiveByteCount: isReceiver ? blocks.largest * size : 0)
        for block in blocks {
            staging.send.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[block]))
            try staging.perform(operation, byteCount: block.count * size) { request in
                let send = staging.send.baseAddress
                let receive = staging.receive.baseAddress
                let count = Int64(block.count)
                guard let root else { return CMPI_iallgather(send, receive, count, handle, &request) }
                return CMPI_igather(send, receive, count, Int32(root), handle, &request)
            }
            guard isReceiver, let target else { continue }
            for peer in 0..<size {
                let piece = staging.receive[peer * block.count..<(peer + 1) * block.count]
                target.copy(piece, at: peer * source.count + block.lowerBound)
            }
        }
    }

    /// Cuts the root's `source` into equal parts, and copies part r into rank r's `target`.
    func scatterBytes(
        _ source: UnsafeRawBufferPointer?, into target: UnsafeMutableRawBufferPointer, root: Int,
        _ operation: Operation
    ) throws(MPIError) {
        try operation.requireRank(root, "the root")
        let blocks = Blocks(count: target.count, unitByteCount: size, blockByteCount: blockByteCount)
        let staging = Staging(
            sendByteCount: rank == root ? blocks.largest * size : 0, receiveByteCount: blocks.largest)
        for block in blocks {
            if rank == root, let source {
                staging.send.collect(block, ofParts: target.count, from: source)
            }
            try staging.perform(operation, byteCount: block.count * size) { request in
                CMPI_iscatter(
                    staging.send.baseAddress, staging.receive.baseAddress, Int64(block.count), Int32(root), handle,
                    &request)
            }
            target.copy(staging.receive[..<block.count], at: block.lowerBound)
        }
    }

    /// Sends part r of `source` to rank r, and puts the part that comes from rank r at place r of `target`.
    func allToAllBytes(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, _ operation: Operation
    ) throws(MPIError) {
        let part = source.count / size
        let blocks = Blocks(count: part, unitByteCount: size, blockByteCount: blockByteCount)
        let byteCount = blocks.largest * size
        let staging = Staging(sendByteCount: byteCount, receiveByteCount: byteCount)
        for block in blocks {
            staging.send.collect(block, ofParts: part, from: source)
            try staging.perform(operation, byteCount: block.count * size) { request in
                CMPI_ialltoall(
                    staging.send.baseAddress, staging.receive.baseAddress, Int64(block.count), handle, &request)
            }
            for peer in 0..<size {
                let piece = staging.receive[peer * block.count..<(peer + 1) * block.count]
                target.copy(piece, at: peer * part + block.lowerBound)
            }
        }
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Copies bytes to a place in this buffer.
    func copy(_ bytes: Slice<UnsafeMutableRawBufferPointer>, at offset: Int) {
        copy(UnsafeRawBufferPointer(rebasing: bytes), at: offset)
    }

    /// Copies bytes to a place in this buffer.
    func copy(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        UnsafeMutableRawBufferPointer(rebasing: self[offset..<offset + bytes.count]).copyMemory(from: bytes)
    }

    /// Copies the same range of each of several parts of `source`, which have `length` bytes each, one after the other.
    fileprivate func collect(_ range: Range<Int>, ofParts length: Int, from source: UnsafeRawBufferPointer) {
        for part in 0..<source.count / Swift.max(1, length) {
            let start = part * length + range.lowerBound
            copy(UnsafeRawBufferPointer(rebasing: source[start..<start + range.count]), at: part * range.count)
        }
    }
}
