// SPDX-License-Identifier: Apache-2.0
// Decodes values that BinaryEncoder encoded.

/// Makes values of the bytes that ``BinaryEncoder`` made of them, in another process that runs the same executable.
///
/// Any bytes may be given: what is not a payload of the type gives a `DecodingError`, never a trap, and no more memory
/// is asked for than the bytes justify. Errors say what was expected, what was found, and at which byte.
///
/// Keys may be decoded in any order, skipped, or asked for in vain. Integers may be decoded in another width if the
/// number fits; other conversions are refused. An array of numbers may also be decoded element by element.
///
/// Decoders and containers that a type's `init(from:)` is given must not be kept: once the value is decoded they throw.
public struct BinaryDecoder: Sendable {
    /// What `Decodable` types find in their decoder's `userInfo`.
    public var userInfo: [CodingUserInfoKey: any Sendable]

    /// Makes a decoder without user info.
    public init() {
        userInfo = [:]
    }

    /// Decodes a payload.
    ///
    /// - Parameters:
    ///   - type: the type that was encoded.
    ///   - bytes: the whole payload and nothing else.
    /// - Throws: `DecodingError`, or what the type's `init(from:)` throws.
    public func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws -> T {
        try bytes.withUnsafeBytes { try decode(type, from: $0) }
    }

    /// Decodes a payload that is a part of a larger array, without copying it.
    ///
    /// - Parameters:
    ///   - type: the type that was encoded.
    ///   - bytes: the whole payload and nothing else. Offsets in errors count from its start.
    /// - Throws: `DecodingError`, or what the type's `init(from:)` throws.
    public func decode<T: Decodable>(_ type: T.Type, from bytes: ArraySlice<UInt8>) throws -> T {
        try bytes.withUnsafeBytes { try decode(type, from: $0) }
    }

    /// Decodes a payload that came with attachments.
    ///
    /// An array of numbers that is attached as that type is handed over without a copy.
    ///
    /// - Throws: `DecodingError`, or what the type's `init(from:)` throws.
    package func decode<T: Decodable>(_ type: T.Type, from payload: EncodedPayload) throws -> T {
        try payload.attachments.withUnsafeBufferPointer { attachments in
            try payload.bytes.withUnsafeBytes { try decode(type, from: $0, attachments) }
        }
    }

    /// Decodes bytes that stay where they are during the call, and the attachments with them.
    private func decode<T: Decodable>(
        _ type: T.Type, from bytes: UnsafeRawBufferPointer,
        _ attachments: UnsafeBufferPointer<AttachedArray> = UnsafeBufferPointer(start: nil, count: 0)
    ) throws -> T {
        guard let base = bytes.baseAddress else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: [], debugDescription: "Expected a payload, but found no bytes."))
        }
        let reader = WireReader(base: base, count: bytes.count, attachments: attachments)
        try reader.checkHeader()
        var position = WireFormat.headerByteCount
        do throws(WireFault) {
            let direct = DirectType.of(type)
            if try reader.isDirect(direct, at: position, limit: reader.count) {
                let value = try reader.direct(type, direct, at: &position, limit: reader.count)
                try reader.checkEnd(at: position)
                return value
            }
            try reader.checkEnd(at: reader.skip(at: position, limit: reader.count))
        } catch {
            throw error.decodingError(type, in: reader, path: [])
        }
        let state = DecoderState(reader, userInfo)
        // Whoever kept a container finds an empty payload in it from here on.
        defer { state.finish() }
        return try state.ordinary(type, WireLocation(position, limit: reader.count), parent: -1, step: .root)
    }
}
