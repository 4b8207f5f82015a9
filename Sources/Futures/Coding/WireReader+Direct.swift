// SPDX-License-Identifier: Apache-2.0
// Reads the types that don't need their Codable conformance.

extension WireReader {
    /// Whether ``direct(_:_:at:limit:)`` can read a value.
    ///
    /// It can't if the type is an ordinary one, or an array that is not on the wire as a block of just these elements:
    /// its conformance may find its way.
    @inline(__always)
    func isDirect(_ direct: DirectType, at position: Int, limit: Int) throws(WireFault) -> Bool {
        switch direct {
        case .ordinary: false
        case .array(let element, _): try isBlock(of: element.wireElement, at: position, limit: limit)
        case .data: try isBlock(of: .uint8, at: position, limit: limit)
        default: true
        }
    }

    /// Reads a value of a direct type and goes past it.
    @inline(__always)
    func direct<T>(
        _ type: T.Type, _ direct: DirectType, at position: inout Int, limit: Int
    ) throws(WireFault) -> T {
        // Safe, here and below: `DirectType.of` compared `T` with exactly the type that the case stands for.
        switch direct {
        case .ordinary: throw .unexpected(offset: position)
        case .array(let element, let isContiguous):
            return try array(type, element, isContiguous, at: &position, limit: limit)
        case .data: return unsafeBitCast(try data(at: &position, limit: limit), to: T.self)
        default: return try scalar(type, direct, at: &position, limit: limit)
        }
    }

    private func scalar<T>(
        _ type: T.Type, _ direct: DirectType, at position: inout Int, limit: Int
    ) throws(WireFault) -> T {
        switch direct {
        case .bool: return unsafeBitCast(try bool(at: &position, limit: limit), to: T.self)
        case .double: return unsafeBitCast(try double(at: &position, limit: limit), to: T.self)
        case .float: return unsafeBitCast(try float(at: &position, limit: limit), to: T.self)
        case .string: return unsafeBitCast(try string(at: &position, limit: limit), to: T.self)
        case .int: return unsafeBitCast(try integer(Int.self, at: &position, limit: limit), to: T.self)
        case .int8: return unsafeBitCast(try integer(Int8.self, at: &position, limit: limit), to: T.self)
        case .int16: return unsafeBitCast(try integer(Int16.self, at: &position, limit: limit), to: T.self)
        case .int32: return unsafeBitCast(try integer(Int32.self, at: &position, limit: limit), to: T.self)
        case .int64: return unsafeBitCast(try integer(Int64.self, at: &position, limit: limit), to: T.self)
        case .int128: return unsafeBitCast(try integer(Int128.self, at: &position, limit: limit), to: T.self)
        case .uint: return unsafeBitCast(try integer(UInt.self, at: &position, limit: limit), to: T.self)
        case .uint8: return unsafeBitCast(try integer(UInt8.self, at: &position, limit: limit), to: T.self)
        case .uint16: return unsafeBitCast(try integer(UInt16.self, at: &position, limit: limit), to: T.self)
        case .uint32: return unsafeBitCast(try integer(UInt32.self, at: &position, limit: limit), to: T.self)
        case .uint64: return unsafeBitCast(try integer(UInt64.self, at: &position, limit: limit), to: T.self)
        case .uint128: return unsafeBitCast(try integer(UInt128.self, at: &position, limit: limit), to: T.self)
        case .ordinary, .data, .array: throw .unexpected(offset: position)
        }
    }

    private func array<T>(
        _ type: T.Type, _ element: DirectElement, _ isContiguous: Bool, at position: inout Int, limit: Int
    ) throws(WireFault) -> T {
        switch element {
        case .bool: try array(type, of: Bool.self, isContiguous, at: &position, limit: limit)
        case .int8: try array(type, of: Int8.self, isContiguous, at: &position, limit: limit)
        case .uint8: try array(type, of: UInt8.self, isContiguous, at: &position, limit: limit)
        case .int16: try array(type, of: Int16.self, isContiguous, at: &position, limit: limit)
        case .uint16: try array(type, of: UInt16.self, isContiguous, at: &position, limit: limit)
        case .int32: try array(type, of: Int32.self, isContiguous, at: &position, limit: limit)
        case .uint32: try array(type, of: UInt32.self, isContiguous, at: &position, limit: limit)
        case .int64: try array(type, of: Int64.self, isContiguous, at: &position, limit: limit)
        case .uint64: try array(type, of: UInt64.self, isContiguous, at: &position, limit: limit)
        case .int: try array(type, of: Int.self, isContiguous, at: &position, limit: limit)
        case .uint: try array(type, of: UInt.self, isContiguous, at: &position, limit: limit)
        case .float: try array(type, of: Float.self, isContiguous, at: &position, limit: limit)
        case .double: try array(type, of: Double.self, isContiguous, at: &position, limit: limit)
        }
    }

    @inline(__always)
    private func array<T, E: BlockElement>(
        _ type: T.Type, of element: E.Type, _ isContiguous: Bool, at position: inout Int, limit: Int
    ) throws(WireFault) -> T {
        let elements = try array(element, at: &position, limit: limit)
        if isContiguous { return unsafeBitCast(ContiguousArray(elements), to: T.self) }
        return unsafeBitCast(elements, to: T.self)
    }

    /// Throws unless the payload ends here.
    func checkEnd(at position: Int) throws(WireFault) {
        if position != count {
            throw .invalid(
                offset: position, reason: "found \(count - position) more bytes after the end of the value")
        }
    }
}
