// SPDX-License-Identifier: Apache-2.0
// Reads single elements of a block, for code that decodes an array of numbers one by one.

extension WireReader {
    /// Reads an integer of a block and goes past it.
    func integer<I: FixedWidthInteger>(
        _ type: I.Type, of element: WireElement, at position: inout Int, limit: Int
    ) throws(WireFault) -> I {
        let start = position
        switch element {
        case .int8: return try fit(load(Int8.self, at: &position, limit: limit), start)
        case .uint8: return try fit(load(UInt8.self, at: &position, limit: limit), start)
        case .int16: return try fit(load(Int16.self, at: &position, limit: limit), start)
        case .uint16: return try fit(load(UInt16.self, at: &position, limit: limit), start)
        case .int32: return try fit(load(Int32.self, at: &position, limit: limit), start)
        case .uint32: return try fit(load(UInt32.self, at: &position, limit: limit), start)
        case .int64: return try fit(load(Int64.self, at: &position, limit: limit), start)
        case .uint64: return try fit(load(UInt64.self, at: &position, limit: limit), start)
        case .bool, .float, .double: throw mismatch(element, start)
        }
    }

    /// Reads a Boolean of a block and goes past it.
    func bool(of element: WireElement, at position: inout Int, limit: Int) throws(WireFault) -> Bool {
        guard element == .bool else { throw mismatch(element, position) }
        let byte = try load(UInt8.self, at: &position, limit: limit)
        guard byte <= 1 else { throw .invalid(offset: position - 1, reason: "the Boolean there is neither 0 nor 1") }
        return byte == 1
    }

    /// Reads a `Float` of a block and goes past it.
    func float(of element: WireElement, at position: inout Int, limit: Int) throws(WireFault) -> Float {
        guard element == .float else { throw mismatch(element, position) }
        return Float(bitPattern: try load(UInt32.self, at: &position, limit: limit))
    }

    /// Reads a `Double` of a block and goes past it.
    func double(of element: WireElement, at position: inout Int, limit: Int) throws(WireFault) -> Double {
        guard element == .double else { throw mismatch(element, position) }
        return Double(bitPattern: try load(UInt64.self, at: &position, limit: limit))
    }

    /// The fault of an element that is not what was asked for.
    func mismatch(_ element: WireElement, _ offset: Int) -> WireFault {
        .invalid(offset: offset, reason: "found one \(element) of an array of numbers")
    }

    @inline(__always)
    private func fit<I: FixedWidthInteger>(_ value: some FixedWidthInteger, _ offset: Int) throws(WireFault) -> I {
        guard let fitting = I(exactly: value) else { throw .outOfRange(offset: offset, number: String(value)) }
        return fitting
    }
}
