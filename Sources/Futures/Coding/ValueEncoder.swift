// SPDX-License-Identifier: Apache-2.0
// The encoder that a type's encode(to:) is given.

/// A value that is being encoded, seen as an encoder and as a single value container.
struct ValueEncoder: Encoder, SingleValueEncodingContainer {
    /// What all encoders of the payload share.
    let state: EncoderState
    /// The frame of the value.
    let frame: Int
    /// The frame's id.
    let id: Int

    var codingPath: [any CodingKey] { state.path(below: frame) }

    var userInfo: [CodingUserInfoKey: Any] { state.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        state.openKeyed(frame, id)
        return KeyedEncodingContainer(KeyedEncoding<Key>(state: state, frame: frame, id: id))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        state.openUnkeyed(frame, id)
        return UnkeyedEncoding(state: state, frame: frame, id: id)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    // MARK: Single value

    func encodeNil() throws {
        try state.useSingle(frame, id)
        state.writeNull(ofFrame: frame)
    }

    func encode(_ value: Bool) throws {
        try state.useSingle(frame, id)
        state.write(value)
    }

    func encode(_ value: String) throws {
        try state.useSingle(frame, id)
        state.write(value)
    }

    func encode(_ value: Double) throws {
        try state.useSingle(frame, id)
        state.write(value)
    }

    func encode(_ value: Float) throws {
        try state.useSingle(frame, id)
        state.write(value)
    }

    func encode(_ value: Int) throws { try encode(integer: value) }
    func encode(_ value: Int8) throws { try encode(integer: value) }
    func encode(_ value: Int16) throws { try encode(integer: value) }
    func encode(_ value: Int32) throws { try encode(integer: value) }
    func encode(_ value: Int64) throws { try encode(integer: value) }
    func encode(_ value: Int128) throws { try encode(integer: value) }
    func encode(_ value: UInt) throws { try encode(integer: value) }
    func encode(_ value: UInt8) throws { try encode(integer: value) }
    func encode(_ value: UInt16) throws { try encode(integer: value) }
    func encode(_ value: UInt32) throws { try encode(integer: value) }
    func encode(_ value: UInt64) throws { try encode(integer: value) }
    func encode(_ value: UInt128) throws { try encode(integer: value) }

    func encode<T: Encodable>(_ value: T) throws {
        try state.useSingle(frame, id)
        try state.encode(value, isPassedOn: true)
    }

    @inline(__always)
    private func encode(integer value: some FixedWidthInteger) throws {
        try state.useSingle(frame, id)
        state.write(integer: value)
    }
}
