// SPDX-License-Identifier: Apache-2.0
// Lays scalars out in memory.

/// Writes single pieces of the format to memory that has room for them.
///
/// Safe: callers give `WireFormat.scalarByteCountLimit` bytes of room for a scalar or for the head of an array,
/// `varintByteCountLimit` for a varint, and both for a key without its name. Each function returns how many bytes it wrote.
enum WireWriter {
    /// Writes an integer in the fewest bytes.
    @inline(__always)
    static func integer<I: FixedWidthInteger>(_ value: I, to target: UnsafeMutableRawPointer) -> Int {
        if value >= 0 {
            guard let word = UInt64(exactly: value) else {
                return tagged(WireTag.unsigned + 4, UInt128(truncatingIfNeeded: value), target)
            }
            return unsigned(word, target)
        }
        guard let word = Int64(exactly: value) else {
            return tagged(WireTag.negative + 4, Int128(truncatingIfNeeded: value), target)
        }
        return negative(word, target)
    }

    private static func unsigned(_ value: UInt64, _ target: UnsafeMutableRawPointer) -> Int {
        if value < UInt64(WireTag.negativeBase) {
            target.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
            return 1
        }
        if value <= UInt8.max { return tagged(WireTag.unsigned, UInt8(truncatingIfNeeded: value), target) }
        if value <= UInt16.max { return tagged(WireTag.unsigned + 1, UInt16(truncatingIfNeeded: value), target) }
        if value <= UInt32.max { return tagged(WireTag.unsigned + 2, UInt32(truncatingIfNeeded: value), target) }
        return tagged(WireTag.unsigned + 3, value, target)
    }

    private static func negative(_ value: Int64, _ target: UnsafeMutableRawPointer) -> Int {
        if value >= Int64(WireTag.negativeBase) - Int64(WireTag.shortString) {
            target.storeBytes(of: WireTag.shortString &+ UInt8(truncatingIfNeeded: value), as: UInt8.self)
            return 1
        }
        if value >= Int8.min { return tagged(WireTag.negative, Int8(truncatingIfNeeded: value), target) }
        if value >= Int16.min { return tagged(WireTag.negative + 1, Int16(truncatingIfNeeded: value), target) }
        if value >= Int32.min { return tagged(WireTag.negative + 2, Int32(truncatingIfNeeded: value), target) }
        return tagged(WireTag.negative + 3, value, target)
    }

    /// Writes a tag and the memory image of a number.
    @inline(__always)
    static func tagged<T: BitwiseCopyable>(_ tag: UInt8, _ value: T, _ target: UnsafeMutableRawPointer) -> Int {
        target.storeBytes(of: tag, as: UInt8.self)
        target.storeBytes(of: value, toByteOffset: 1, as: T.self)
        return 1 + MemoryLayout<T>.size
    }

    /// Writes a varint.
    @inline(__always)
    static func varint(_ value: UInt64, to target: UnsafeMutableRawPointer) -> Int {
        var rest = value
        var count = 0
        while rest >= 0x80 {
            target.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, toByteOffset: count, as: UInt8.self)
            rest >>= 7
            count += 1
        }
        target.storeBytes(of: UInt8(truncatingIfNeeded: rest), toByteOffset: count, as: UInt8.self)
        return count + 1
    }

    /// Writes a signed varint.
    static func zigzag(_ value: Int, to target: UnsafeMutableRawPointer) -> Int {
        let value = Int64(value)
        return varint(UInt64(bitPattern: value << 1 ^ value >> 63), to: target)
    }

    /// Writes the head of a string; its bytes follow.
    @inline(__always)
    static func stringHead(_ byteCount: Int, to target: UnsafeMutableRawPointer) -> Int {
        if byteCount < Int(WireTag.null - WireTag.shortString) {
            target.storeBytes(of: WireTag.shortString + UInt8(truncatingIfNeeded: byteCount), as: UInt8.self)
            return 1
        }
        target.storeBytes(of: WireTag.longString, as: UInt8.self)
        return 1 + varint(UInt64(byteCount), to: target + 1)
    }

    /// Writes the head of a block; its elements follow.
    @inline(__always)
    static func blockHead(_ element: WireElement, _ count: Int, to target: UnsafeMutableRawPointer) -> Int {
        target.storeBytes(of: element.tag, as: UInt8.self)
        return 1 + varint(UInt64(count), to: target + 1)
    }

    /// Writes that a block is attached.
    static func attachedHead(
        _ element: WireElement, _ count: Int, index: Int, to target: UnsafeMutableRawPointer
    ) -> Int {
        target.storeBytes(of: element.attachedTag, as: UInt8.self)
        let byteCount = 1 + varint(UInt64(index), to: target + 1)
        return byteCount + varint(UInt64(count), to: target + byteCount)
    }

    /// Writes a reference to the key at an offset.
    @inline(__always)
    static func reference(_ offset: Int, to target: UnsafeMutableRawPointer) -> Int {
        if offset < WireKeyTag.farBase {
            target.storeBytes(of: WireKeyTag.nearReference + UInt8(truncatingIfNeeded: offset), as: UInt8.self)
            return 1
        }
        let far = offset - WireKeyTag.farBase
        if offset < WireKeyTag.farLimit {
            target.storeBytes(of: WireKeyTag.farReference + UInt8(truncatingIfNeeded: far >> 8), as: UInt8.self)
            target.storeBytes(of: UInt8(truncatingIfNeeded: far), toByteOffset: 1, as: UInt8.self)
            return 2
        }
        target.storeBytes(of: WireKeyTag.reference, as: UInt8.self)
        return 1 + varint(UInt64(offset), to: target + 1)
    }

    /// Writes a length or count of a long container: six bytes.
    static func longLength(_ value: Int, to target: UnsafeMutableRawPointer) {
        target.storeBytes(of: UInt32(truncatingIfNeeded: value), as: UInt32.self)
        target.storeBytes(of: UInt16(truncatingIfNeeded: value >> 32), toByteOffset: 4, as: UInt16.self)
    }
}
