// SPDX-License-Identifier: Apache-2.0
// The unkeyed container of the encoder.

/// Writes values one after the other.
struct UnkeyedEncoding: UnkeyedEncodingContainer {
    /// What all encoders of the payload share.
    let state: EncoderState
    /// The frame of the container.
    let frame: Int
    /// The frame's id.
    let id: Int

    var codingPath: [any CodingKey] { state.path(below: frame) }

    var count: Int {
        guard frame < state.frames.count, state.frames[frame].id == id else { return 0 }
        return state.frames[frame].count
    }

    mutating func encodeNil() throws {
        try begin()
        state.write(byte: WireTag.null)
    }

    mutating func encode(_ value: Bool) throws {
        try begin()
        state.write(value)
    }

    mutating func encode(_ value: String) throws {
        try begin()
        state.write(value)
    }

    mutating func encode(_ value: Double) throws {
        try begin()
        state.write(value)
    }

    mutating func encode(_ value: Float) throws {
        try begin()
        state.write(value)
    }

    mutating func encode(_ value: Int) throws { try encode(integer: value) }
    mutating func encode(_ value: Int8) throws { try encode(integer: value) }
    mutating func encode(_ value: Int16) throws { try encode(integer: value) }
    mutating func encode(_ value: Int32) throws { try encode(integer: value) }
    mutating func encode(_ value: Int64) throws { try encode(integer: value) }
    mutating func encode(_ value: Int128) throws { try encode(integer: value) }
    mutating func encode(_ value: UInt) throws { try encode(integer: value) }
    mutating func encode(_ value: UInt8) throws { try encode(integer: value) }
    mutating func encode(_ value: UInt16) throws { try encode(integer: value) }
    mutating func encode(_ value: UInt32) throws { try encode(integer: value) }
    mutating func encode(_ value: UInt64) throws { try encode(integer: value) }
    mutating func encode(_ value: UInt128) throws { try encode(integer: value) }

    mutating func encode<T: Encodable>(_ value: T) throws {
        try state.use(frame, id)
        let mark = state.mark()
        try begin()
        do {
            try state.encode(value)
        } catch {
            state.rollBack(to: mark, frame)
            throw error
        }
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        nested().container(keyedBy: keyType)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { nested().unkeyedContainer() }

    mutating func superEncoder() -> any Encoder { nested() }
}

extension UnkeyedEncoding {
    @inline(__always)
    private func begin() throws {
        try state.use(frame, id)
        state.frames[frame].count += 1
    }

    @inline(__always)
    private func encode(integer value: some FixedWidthInteger) throws {
        try begin()
        state.write(integer: value)
    }

    /// An encoder for the next element.
    private func nested() -> ValueEncoder {
        guard state.activate(frame, id) else { return state.deadEncoder }
        state.frames[frame].count += 1
        return state.nestedEncoder()
    }
}
