// SPDX-License-Identifier: Apache-2.0
// Reads the pieces of the binary format from memory, with every access checked.

/// A payload in memory.
///
/// Safe: `base` points to `count` bytes that stay where they are while the reader is in use. All methods take a
/// `limit` with `0 ≤ position ≤ limit ≤ count` and touch memory only after `need` has shown that the bytes lie below it.
struct WireReader {
    /// Where the payload starts.
    let base: UnsafeRawPointer
    /// How many bytes it has.
    let count: Int
    /// What came with it; stays where it is as the payload does.
    let attachments: UnsafeBufferPointer<AttachedArray>

    /// A reader of bytes, and of attachments where they are allowed.
    init(
        base: UnsafeRawPointer, count: Int,
        attachments: UnsafeBufferPointer<AttachedArray> = UnsafeBufferPointer(start: nil, count: 0)
    ) {
        self.base = base
        self.count = count
        self.attachments = attachments
    }

    /// Throws unless `byteCount` bytes lie between `position` and `limit`.
    @inline(__always)
    func need(_ byteCount: Int, at position: Int, limit: Int) throws(WireFault) {
        if limit - position < byteCount {
            throw .truncated(
                offset: position, needed: UInt64(truncatingIfNeeded: byteCount), available: limit - position)
        }
    }

    /// Reads one byte and stays in front of it.
    @inline(__always)
    func peek(at position: Int, limit: Int) throws(WireFault) -> UInt8 {
        try need(1, at: position, limit: limit)
        return base.load(fromByteOffset: position, as: UInt8.self)
    }

    /// Reads the memory image of a number and goes past it.
    @inline(__always)
    func load<T: BitwiseCopyable>(_ type: T.Type, at position: inout Int, limit: Int) throws(WireFault) -> T {
        try need(MemoryLayout<T>.size, at: position, limit: limit)
        let value = base.loadUnaligned(fromByteOffset: position, as: T.self)
        position += MemoryLayout<T>.size
        return value
    }

    /// Reads a varint and goes past it.
    func varint(at position: inout Int, limit: Int) throws(WireFault) -> UInt64 {
        let start = position
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try load(UInt8.self, at: &position, limit: limit)
            if shift == 63, byte > 1 {
                throw .invalid(offset: start, reason: "the number there has more than 64 bits")
            }
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
    }

    /// Reads a signed varint and goes past it.
    func zigzag(at position: inout Int, limit: Int) throws(WireFault) -> Int {
        let value = try varint(at: &position, limit: limit)
        return Int(truncatingIfNeeded: Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1))
    }

    /// Reads a varint that counts things of `size` bytes each, all of which must lie below the limit.
    func boundedCount(ofSize size: Int, at position: inout Int, limit: Int) throws(WireFault) -> Int {
        let start = position
        let count = try varint(at: &position, limit: limit)
        let available = limit - position
        guard count <= UInt64(available / size) else {
            let (needed, overflow) = count.multipliedReportingOverflow(by: UInt64(size))
            throw .truncated(offset: start, needed: overflow ? .max : needed, available: available)
        }
        return Int(count)
    }

    /// Reads a length or count of a long container: six bytes.
    func longLength(at position: inout Int, limit: Int) throws(WireFault) -> Int {
        try need(WireFormat.longLengthByteCount, at: position, limit: limit)
        let low = base.loadUnaligned(fromByteOffset: position, as: UInt32.self)
        let high = base.loadUnaligned(fromByteOffset: position + 4, as: UInt16.self)
        position += WireFormat.longLengthByteCount
        return Int(high) << 32 | Int(low)
    }

    /// Checks the two header bytes.
    func checkHeader() throws {
        guard count >= WireFormat.headerByteCount else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: [],
                    debugDescription: "Expected a payload of at least \(WireFormat.headerByteCount + 1) bytes, "
                        + "but found \(count)."))
        }
        // Both offsets lie below `count`.
        let magic = base.load(as: UInt8.self)
        let version = base.load(fromByteOffset: 1, as: UInt8.self)
        guard magic == WireFormat.magic else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: [],
                    debugDescription: "Expected the first byte of a payload, \(WireFormat.magic), at byte 0, "
                        + "but found \(magic): these bytes were not made by BinaryEncoder."))
        }
        guard version == WireFormat.version else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: [],
                    debugDescription: "Expected a payload of format version \(WireFormat.version), but found version "
                        + "\(version): the two processes run different builds."))
        }
    }
}
