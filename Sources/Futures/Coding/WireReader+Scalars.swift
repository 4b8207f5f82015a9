// SPDX-License-Identifier: Apache-2.0
// Reads numbers, Booleans, strings and blocks.

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension WireReader {
    /// Whether the value at an offset is absent.
    func isNull(at position: Int) -> Bool {
        guard position < count else { return false }
        let tag = base.load(fromByteOffset: position, as: UInt8.self)
        return tag == WireTag.null || tag == WireTag.innerNull
    }

    /// Whether the value at an offset is absent, and not inside an optional that is present.
    func isPlainNull(at position: Int) -> Bool {
        position < count && base.load(fromByteOffset: position, as: UInt8.self) == WireTag.null
    }

    /// Reads an integer of whatever width and goes past it.
    func integer<I: FixedWidthInteger>(_ type: I.Type, at position: inout Int, limit: Int) throws(WireFault) -> I {
        let start = position
        let tag = try load(UInt8.self, at: &position, limit: limit)
        if tag < WireTag.negativeBase { return I(truncatingIfNeeded: tag) }
        if tag < WireTag.shortString { return try narrow(Int(tag) - Int(WireTag.shortString), start) }
        switch tag {
        case WireTag.unsigned: return try narrow(load(UInt8.self, at: &position, limit: limit), start)
        case WireTag.unsigned + 1: return try narrow(load(UInt16.self, at: &position, limit: limit), start)
        case WireTag.unsigned + 2: return try narrow(load(UInt32.self, at: &position, limit: limit), start)
        case WireTag.unsigned + 3: return try narrow(load(UInt64.self, at: &position, limit: limit), start)
        case WireTag.unsigned + 4: return try narrow(load(UInt128.self, at: &position, limit: limit), start)
        case WireTag.negative: return try narrow(load(Int8.self, at: &position, limit: limit), start)
        case WireTag.negative + 1: return try narrow(load(Int16.self, at: &position, limit: limit), start)
        case WireTag.negative + 2: return try narrow(load(Int32.self, at: &position, limit: limit), start)
        case WireTag.negative + 3: return try narrow(load(Int64.self, at: &position, limit: limit), start)
        case WireTag.negative + 4: return try narrow(load(Int128.self, at: &position, limit: limit), start)
        default: throw .unexpected(offset: start)
        }
    }

    /// Converts a number, if it fits.
    @inline(__always)
    private func narrow<I: FixedWidthInteger>(
        _ value: some FixedWidthInteger, _ offset: Int
    ) throws(WireFault) -> I {
        guard let narrowed = I(exactly: value) else { throw .outOfRange(offset: offset, number: String(value)) }
        return narrowed
    }

    /// Reads a Boolean and goes past it.
    func bool(at position: inout Int, limit: Int) throws(WireFault) -> Bool {
        let tag = try peek(at: position, limit: limit)
        guard tag == WireTag.yes || tag == WireTag.no else { throw .unexpected(offset: position) }
        position += 1
        return tag == WireTag.yes
    }

    /// Reads a `Float`, bit for bit, and goes past it.
    func float(at position: inout Int, limit: Int) throws(WireFault) -> Float {
        guard try peek(at: position, limit: limit) == WireTag.float else { throw .unexpected(offset: position) }
        position += 1
        return Float(bitPattern: try load(UInt32.self, at: &position, limit: limit))
    }

    /// Reads a `Double`, bit for bit, and goes past it.
    func double(at position: inout Int, limit: Int) throws(WireFault) -> Double {
        guard try peek(at: position, limit: limit) == WireTag.double else { throw .unexpected(offset: position) }
        position += 1
        return Double(bitPattern: try load(UInt64.self, at: &position, limit: limit))
    }

    /// Reads a string and goes past it.
    func string(at position: inout Int, limit: Int) throws(WireFault) -> String {
        let start = position
        let byteCount = try stringByteCount(at: &position, limit: limit)
        guard let text = text(at: position, byteCount: byteCount) else {
            throw .invalid(offset: start, reason: "the \(byteCount) bytes of text there are not valid UTF-8")
        }
        position += byteCount
        return text
    }

    /// Reads the head of a string, checks that its bytes are there and stops in front of them.
    func stringByteCount(at position: inout Int, limit: Int) throws(WireFault) -> Int {
        let tag = try peek(at: position, limit: limit)
        if tag >= WireTag.shortString, tag < WireTag.null {
            position += 1
            let byteCount = Int(tag - WireTag.shortString)
            try need(byteCount, at: position, limit: limit)
            return byteCount
        }
        guard tag == WireTag.longString else { throw .unexpected(offset: position) }
        position += 1
        return try boundedCount(ofSize: 1, at: &position, limit: limit)
    }

    /// Makes a string of bytes that are known to be there; `nil` if they are not UTF-8.
    func text(at position: Int, byteCount: Int) -> String? {
        let bytes = UnsafeRawBufferPointer(start: base + position, count: byteCount).bindMemory(to: UInt8.self)
        do {
            return String(copying: try UTF8Span(validating: bytes.span))
        } catch {
            return nil
        }
    }

    /// Whether a block of these elements starts here.
    @inline(__always)
    func isBlock(of element: WireElement, at position: Int, limit: Int) throws(WireFault) -> Bool {
        let tag = try peek(at: position, limit: limit)
        return tag == element.tag || tag == element.attachedTag
    }

    /// Reads a block, whose tag was looked at, into an array, which is allocated once.
    ///
    /// An attached one is that array already.
    func array<E: BlockElement>(_ type: E.Type, at position: inout Int, limit: Int) throws(WireFault) -> [E] {
        if try peek(at: position, limit: limit) >= WireTag.attached {
            return try attachedArray(type, at: &position, limit: limit)
        }
        position += 1
        let elementCount = try boundedCount(ofSize: MemoryLayout<E>.stride, at: &position, limit: limit)
        let byteCount = elementCount * MemoryLayout<E>.stride
        if E.self == Bool.self { try checkBools(at: position, count: elementCount) }
        let source = base + position
        position += byteCount
        if elementCount == 0 { return [] }
        return Array(unsafeUninitializedCapacity: elementCount) { buffer, initializedCount in
            // Safe: the buffer has room for `elementCount` elements, `boundedCount` found as many in the payload, and
            // every bit pattern is a value (Booleans were checked above).
            LargePages.use(for: UnsafeMutableRawBufferPointer(buffer))
            UnsafeMutableRawBufferPointer(buffer).baseAddress?.copyMemory(from: source, byteCount: byteCount)
            initializedCount = elementCount
        }
    }

    /// Reads a block of bytes, whose tag was looked at.
    func data(at position: inout Int, limit: Int) throws(WireFault) -> Data {
        if try peek(at: position, limit: limit) >= WireTag.attached {
            return try attachment(at: &position, limit: limit).attachment.data()
        }
        position += 1
        let byteCount = try boundedCount(ofSize: 1, at: &position, limit: limit)
        defer { position += byteCount }
        return Data(bytes: base + position, count: byteCount)
    }

    /// Throws unless all of the bytes are 0 or 1: no other byte is a Boolean.
    func checkBools(at position: Int, count: Int) throws(WireFault) {
        var union: UInt8 = 0
        for byte in UnsafeRawBufferPointer(start: base + position, count: count) { union |= byte }
        if union > 1 { throw .invalid(offset: position, reason: "a Boolean in the array there is neither 0 nor 1") }
    }
}
