// SPDX-License-Identifier: Apache-2.0
// The decoder that a type's init(from:) is given.

/// A value in a payload, seen as a decoder and as a single value container.
struct ValueDecoder: Decoder, SingleValueDecodingContainer {
    /// What all decoders of the payload share.
    let state: DecoderState
    /// The scope of the value.
    let scope: Int
    /// The scope's id.
    let id: Int

    var codingPath: [any CodingKey] {
        (try? state.check(scope, id)) == nil ? [] : state.path(of: scope)
    }

    var userInfo: [CodingUserInfoKey: Any] { state.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        try state.openFields(scope, id)
        return KeyedDecodingContainer(KeyedDecoding<Key>(state: state, scope: scope, id: id))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try state.check(scope, id)
        let location = state.scopes[scope].location
        return try state.unkeyed(location, scope, id)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        try state.check(scope, id)
        return self
    }

    // MARK: Single value

    func decodeNil() -> Bool {
        // A container that outlived its value has nothing to say.
        guard (try? state.check(scope, id)) != nil else { return false }
        return state.isNull(scope)
    }

    func decode(_ type: Bool.Type) throws -> Bool {
        try read(type) { (reader, location, position) throws(WireFault) in
            guard let element = location.element else { return try reader.bool(at: &position, limit: location.limit) }
            return try reader.bool(of: element, at: &position, limit: location.limit)
        }
    }

    func decode(_ type: String.Type) throws -> String {
        try read(type) { (reader, location, position) throws(WireFault) in
            if let element = location.element { throw reader.mismatch(element, position) }
            return try reader.string(at: &position, limit: location.limit)
        }
    }

    func decode(_ type: Double.Type) throws -> Double {
        try read(type) { (reader, location, position) throws(WireFault) in
            guard let element = location.element else {
                return try reader.double(at: &position, limit: location.limit)
            }
            return try reader.double(of: element, at: &position, limit: location.limit)
        }
    }

    func decode(_ type: Float.Type) throws -> Float {
        try read(type) { (reader, location, position) throws(WireFault) in
            guard let element = location.element else { return try reader.float(at: &position, limit: location.limit) }
            return try reader.float(of: element, at: &position, limit: location.limit)
        }
    }

    func decode(_ type: Int.Type) throws -> Int { try integer() }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer() }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer() }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer() }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
    func decode(_ type: Int128.Type) throws -> Int128 { try integer() }
    func decode(_ type: UInt.Type) throws -> UInt { try integer() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer() }
    func decode(_ type: UInt128.Type) throws -> UInt128 { try integer() }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try state.check(scope, id)
        let location = state.scopes[scope].location
        if location.element != nil { return try state.ordinary(type, location, parent: scope, step: .same) }
        var position = location.offset
        do throws(WireFault) {
            let direct = DirectType.of(type)
            if try state.reader.isDirect(direct, at: position, limit: location.limit) {
                return try state.reader.direct(type, direct, at: &position, limit: location.limit)
            }
        } catch {
            throw error.decodingError(type, in: state.reader, path: codingPath)
        }
        return try state.ordinary(type, location, parent: scope, step: .same)
    }

    @inline(__always)
    private func integer<I: FixedWidthInteger>() throws -> I {
        try read(I.self) { (reader, location, position) throws(WireFault) in
            guard let element = location.element else {
                return try reader.integer(I.self, at: &position, limit: location.limit)
            }
            return try reader.integer(I.self, of: element, at: &position, limit: location.limit)
        }
    }

    @inline(__always)
    private func read<V>(
        _ type: V.Type, _ body: (WireReader, WireLocation, inout Int) throws(WireFault) -> V
    ) throws -> V {
        try state.check(scope, id)
        let location = state.scopes[scope].location
        var position = location.offset
        do throws(WireFault) {
            return try body(state.reader(ofAttachment: location.attachment), location, &position)
        } catch {
            throw error.decodingError(type, in: state.reader, path: codingPath)
        }
    }
}
