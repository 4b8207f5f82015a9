// SPDX-License-Identifier: Apache-2.0
// The keyed container of the decoder.

/// The entries of a keyed container, found by key in whatever order.
struct KeyedDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
    /// What all decoders of the payload share.
    let state: DecoderState
    /// The scope of the container.
    let scope: Int
    /// The scope's id.
    let id: Int

    var codingPath: [any CodingKey] {
        (try? state.check(scope, id)) == nil ? [] : state.path(of: scope)
    }

    var allKeys: [Key] {
        state.orFail([]) {
            var keys: [Key] = []
            try state.visitKeys(scope, id) { name, number in
                if let key = Key(stringValue: name) ?? number.flatMap(Key.init(intValue:)) { keys.append(key) }
            }
            return keys
        }
    }

    func contains(_ key: Key) -> Bool {
        state.orFail(nil) { try state.find(key, in: scope, id) } != nil
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        state.reader.isPlainNull(at: try field(key).value)
    }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
        try read(type, field(key)) { (reader, position, limit) throws(WireFault) in
            try reader.bool(at: &position, limit: limit)
        }
    }

    func decode(_ type: String.Type, forKey key: Key) throws -> String {
        try read(type, field(key)) { (reader, position, limit) throws(WireFault) in
            try reader.string(at: &position, limit: limit)
        }
    }

    func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
        try read(type, field(key)) { (reader, position, limit) throws(WireFault) in
            try reader.double(at: &position, limit: limit)
        }
    }

    func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
        try read(type, field(key)) { (reader, position, limit) throws(WireFault) in
            try reader.float(at: &position, limit: limit)
        }
    }

    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try integer(field(key)) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try integer(field(key)) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try integer(field(key)) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try integer(field(key)) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try integer(field(key)) }
    func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 { try integer(field(key)) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try integer(field(key)) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try integer(field(key)) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try integer(field(key)) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try integer(field(key)) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try integer(field(key)) }
    func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 { try integer(field(key)) }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try decode(type, in: field(key))
    }

    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        guard let field = try state.find(key, in: scope, id) else { return nil }
        // An absent value of an optional type is that type's `nil`, inside the optional that is present.
        if state.reader.isPlainNull(at: field.value), !(type is any OptionalType.Type) { return nil }
        return try decode(type, in: field)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        let nested = try nestedScope(key)
        try state.openFields(nested.scope, nested.id)
        return KeyedDecodingContainer(KeyedDecoding<NestedKey>(state: state, scope: nested.scope, id: nested.id))
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try nestedScope(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { try nestedScope(BinaryCodingKey.superclass) }

    func superDecoder(forKey key: Key) throws -> any Decoder { try nestedScope(key) }
}

extension KeyedDecoding {
    /// The entry of a key that must be there.
    @inline(__always)
    private func field(_ key: some CodingKey) throws -> WireField {
        if let field = try state.find(key, in: scope, id) { return field }
        var names: [String] = []
        try state.visitKeys(scope, id, limit: 20) { name, _ in names.append("\"\(name)\"") }
        let found = names.isEmpty ? "no keys" : names.joined(separator: ", ")
        throw DecodingError.keyNotFound(
            key,
            DecodingError.Context(
                codingPath: state.path(of: scope),
                debugDescription: "Expected the key \"\(key.stringValue)\" in the keyed container at byte "
                    + "\(state.scopes[scope].location.offset), but found \(found)."))
    }

    private func decode<T: Decodable>(_ type: T.Type, in field: WireField) throws -> T {
        var position = field.value
        let value = try state.value(
            type, at: &position, limit: field.limit, parent: scope, step: .key(offset: field.key))
        state.scopes[scope].cursor = position
        return value
    }

    @inline(__always)
    private func integer<I: FixedWidthInteger>(_ field: WireField) throws -> I {
        try read(I.self, field) { (reader, position, limit) throws(WireFault) in
            try reader.integer(I.self, at: &position, limit: limit)
        }
    }

    @inline(__always)
    private func read<V>(
        _ type: V.Type, _ field: WireField, _ body: (WireReader, inout Int, Int) throws(WireFault) -> V
    ) throws -> V {
        var position = field.value
        do throws(WireFault) {
            let value = try body(state.reader, &position, field.limit)
            state.scopes[scope].cursor = position
            return value
        } catch {
            throw error.decodingError(
                type, in: state.reader, path: state.path(of: scope, .key(offset: field.key)))
        }
    }

    /// A decoder for the value of a key.
    ///
    /// Its scope lasts as long as that of this container's value.
    private func nestedScope(_ key: some CodingKey) throws -> ValueDecoder {
        let field = try field(key)
        let end: Int
        do throws(WireFault) {
            end = try state.reader.skip(at: field.value, limit: field.limit)
        } catch {
            throw error.decodingError(
                KeyedContainer.self, in: state.reader, path: state.path(of: scope, .key(offset: field.key)))
        }
        state.scopes[scope].cursor = end
        let nested = try state.push(
            KeyedContainer.self, WireLocation(field.value, limit: end), parent: scope, step: .key(offset: field.key))
        return ValueDecoder(state: state, scope: nested, id: state.scopes[nested].id)
    }
}
