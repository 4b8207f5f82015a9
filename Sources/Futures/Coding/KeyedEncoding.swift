// SPDX-License-Identifier: Apache-2.0
// The keyed container of the encoder.

/// Writes keys and values one after the other.
struct KeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    /// What all encoders of the payload share.
    let state: EncoderState
    /// The frame of the container.
    let frame: Int
    /// The frame's id.
    let id: Int
    private var cursor: KeyCursor

    /// A container that writes to a frame.
    init(state: EncoderState, frame: Int, id: Int) {
        self.state = state
        self.frame = frame
        self.id = id
        cursor = state.keys.cursor(Key.self)
    }

    var codingPath: [any CodingKey] { state.path(below: frame) }

    mutating func encodeNil(forKey key: Key) throws {
        try begin(key)
        state.write(byte: WireTag.null)
    }

    mutating func encode(_ value: Bool, forKey key: Key) throws {
        try begin(key)
        state.write(value)
    }

    mutating func encode(_ value: String, forKey key: Key) throws {
        try begin(key)
        state.write(value)
    }

    mutating func encode(_ value: Double, forKey key: Key) throws {
        try begin(key)
        state.write(value)
    }

    mutating func encode(_ value: Float, forKey key: Key) throws {
        try begin(key)
        state.write(value)
    }

    mutating func encode(_ value: Int, forKey key: Key) throws { try encode(integer: value, key) }
    mutating func encode(_ value: Int8, forKey key: Key) throws { try encode(integer: value, key) }
    mutating func encode(_ value: Int16, forKey key: Key) throws { try encode(integer: value, key) }
    mutating func encode(_ value: Int32, forKey key: Key) throws { try encode(integer: value, key) }
    mutating func encode(_ value: Int64, forKey key: Key) throws { try encode(integer: value, key) }
    mutating func encode(_ value: Int128, forKey key: Key) throws { try encode(integer: value, key) }
    mutating func encode(_ value: UInt, forKey key: Key) throws { try encode(integer: value, key) }
    mutating func encode(_ value: UInt8, forKey key: Key) throws { try encode(integer: value, key) }
    mutating func encode(_ value: UInt16, forKey key: Key) throws { try encode(integer: value, key) }
    mutating func encode(_ value: UInt32, forKey key: Key) throws { try encode(integer: value, key) }
    mutating func encode(_ value: UInt64, forKey key: Key) throws { try encode(integer: value, key) }
    mutating func encode(_ value: UInt128, forKey key: Key) throws { try encode(integer: value, key) }

    mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        try state.use(frame, id)
        let mark = state.mark()
        let previous = cursor
        try begin(key)
        do {
            try state.encode(value)
        } catch {
            state.rollBack(to: mark, frame)
            cursor = previous
            throw error
        }
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        nested(key).container(keyedBy: keyType)
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        nested(key).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder { nested(BinaryCodingKey.superclass) }

    mutating func superEncoder(forKey key: Key) -> any Encoder { nested(key) }
}

extension KeyedEncoding {
    @inline(__always)
    private mutating func begin(_ key: Key) throws {
        try state.use(frame, id)
        state.write(key: key, frame, &cursor)
    }

    @inline(__always)
    private mutating func encode(integer value: some FixedWidthInteger, _ key: Key) throws {
        try begin(key)
        state.write(integer: value)
    }

    /// An encoder for the value of a key.
    private mutating func nested(_ key: some CodingKey) -> ValueEncoder {
        guard state.activate(frame, id) else { return state.deadEncoder }
        state.write(key: key, frame, &cursor)
        return state.nestedEncoder()
    }
}
