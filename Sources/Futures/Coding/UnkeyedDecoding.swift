// SPDX-License-Identifier: Apache-2.0
// The unkeyed container of the decoder.

/// The elements of an unkeyed container, or of an array of numbers, one after the other.
///
/// A copy goes its own way; an element that could not be decoded may be decoded again as another type.
struct UnkeyedDecoding: UnkeyedDecodingContainer {
    /// What all decoders of the payload share.
    let state: DecoderState
    /// The scope of the container.
    let scope: Int
    /// The scope's id.
    let id: Int
    /// Where the elements are.
    let extent: UnkeyedExtent
    /// The offset of the next element.
    private var position: Int
    private(set) var currentIndex = 0

    /// A container that stands in front of its first element.
    init(state: DecoderState, scope: Int, id: Int, extent: UnkeyedExtent) {
        self.state = state
        self.scope = scope
        self.id = id
        self.extent = extent
        position = extent.body
    }

    var codingPath: [any CodingKey] {
        (try? state.check(scope, id)) == nil ? [] : state.path(of: scope)
    }

    var count: Int? { extent.count }

    var isAtEnd: Bool { currentIndex >= extent.count }

    mutating func decodeNil() throws -> Bool {
        try check(Never?.self)
        guard extent.element == nil, state.reader.isPlainNull(at: position) else { return false }
        try advance(to: position + 1)
        return true
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool {
        try read(type) { (reader, element, position, limit) throws(WireFault) in
            guard let element else { return try reader.bool(at: &position, limit: limit) }
            return try reader.bool(of: element, at: &position, limit: limit)
        }
    }

    mutating func decode(_ type: String.Type) throws -> String {
        try read(type) { (reader, element, position, limit) throws(WireFault) in
            if let element { throw reader.mismatch(element, position) }
            return try reader.string(at: &position, limit: limit)
        }
    }

    mutating func decode(_ type: Double.Type) throws -> Double {
        try read(type) { (reader, element, position, limit) throws(WireFault) in
            guard let element else { return try reader.double(at: &position, limit: limit) }
            return try reader.double(of: element, at: &position, limit: limit)
        }
    }

    mutating func decode(_ type: Float.Type) throws -> Float {
        try read(type) { (reader, element, position, limit) throws(WireFault) in
            guard let element else { return try reader.float(at: &position, limit: limit) }
            return try reader.float(of: element, at: &position, limit: limit)
        }
    }

    mutating func decode(_ type: Int.Type) throws -> Int { try integer() }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try integer() }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try integer() }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try integer() }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
    mutating func decode(_ type: Int128.Type) throws -> Int128 { try integer() }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try integer() }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try integer() }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try integer() }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try integer() }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try integer() }
    mutating func decode(_ type: UInt128.Type) throws -> UInt128 { try integer() }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try check(type)
        var next = position
        let value: T
        if let element = extent.element {
            next += element.byteCount
            let location = WireLocation(
                position, limit: next, element: element, attachment: extent.attachment)
            value = try state.ordinary(type, location, parent: scope, step: .index(currentIndex))
        } else {
            value = try state.value(
                type, at: &next, limit: extent.end, parent: scope, step: .index(currentIndex))
        }
        try advance(to: next)
        return value
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        let (nested, end) = try nestedScope()
        try state.openFields(nested.scope, nested.id)
        try advance(to: end)
        return KeyedDecodingContainer(KeyedDecoding<NestedKey>(state: state, scope: nested.scope, id: nested.id))
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let (nested, end) = try nestedScope()
        let container = try nested.unkeyedContainer()
        try advance(to: end)
        return container
    }

    mutating func superDecoder() throws -> any Decoder {
        let (nested, end) = try nestedScope()
        try advance(to: end)
        return nested
    }
}

extension UnkeyedDecoding {
    /// Throws unless there is an element left.
    @inline(__always)
    private func check(_ type: Any.Type) throws {
        try state.check(scope, id)
        if currentIndex < extent.count { return }
        throw DecodingError.valueNotFound(
            type,
            DecodingError.Context(
                codingPath: state.path(of: scope, .index(currentIndex)),
                debugDescription: "Expected \(type) at byte \(position), but found the end of the container, "
                    + "which has \(extent.count) elements."))
    }

    /// Goes on to the next element; after the last one the container must be at its end.
    @inline(__always)
    private mutating func advance(to next: Int) throws {
        if currentIndex + 1 == extent.count, next != extent.end {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: state.path(of: scope),
                    debugDescription: "Expected the end of a container of \(extent.count) elements at byte \(next), "
                        + "but found \(extent.end - next) more bytes."))
        }
        position = next
        currentIndex += 1
    }

    @inline(__always)
    private mutating func integer<I: FixedWidthInteger>() throws -> I {
        try read(I.self) { (reader, element, position, limit) throws(WireFault) in
            guard let element else { return try reader.integer(I.self, at: &position, limit: limit) }
            return try reader.integer(I.self, of: element, at: &position, limit: limit)
        }
    }

    @inline(__always)
    private mutating func read<V>(
        _ type: V.Type, _ body: (WireReader, WireElement?, inout Int, Int) throws(WireFault) -> V
    ) throws -> V {
        try check(type)
        var next = position
        let value: V
        do throws(WireFault) {
            value = try body(
                state.reader(ofAttachment: extent.attachment), extent.element, &next, extent.end)
        } catch {
            throw error.decodingError(
                type, in: state.reader, path: state.path(of: scope, .index(currentIndex)))
        }
        try advance(to: next)
        return value
    }

    /// A decoder for the next element, and the offset after it.
    private func nestedScope() throws -> (ValueDecoder, Int) {
        try check(UnkeyedContainer.self)
        let end: Int
        do throws(WireFault) {
            end =
                if let element = extent.element { position + element.byteCount } else {
                    try state.reader.skip(at: position, limit: extent.end)
                }
        } catch {
            throw error.decodingError(
                UnkeyedContainer.self, in: state.reader, path: state.path(of: scope, .index(currentIndex)))
        }
        let location = WireLocation(
            position, limit: end, element: extent.element, attachment: extent.attachment)
        let nested = try state.push(UnkeyedContainer.self, location, parent: scope, step: .index(currentIndex))
        return (ValueDecoder(state: state, scope: nested, id: state.scopes[nested].id), end)
    }
}
