// SPDX-License-Identifier: Apache-2.0
// Encodes values compactly, for another process that runs the same executable.

/// Makes bytes of `Encodable` values: the form in which tasks and their results travel between processes.
///
/// The form is compact and quick rather than lasting: it is meant for processes that run the same executable, and a
/// payload of another format version is refused. Arrays and contiguous arrays of `Bool`, of the integers up to 64 bits,
/// of `Float` and of `Double`, and `Data`, are copied as one block of memory wherever they occur. Doubles and floats keep
/// every bit. There is no size limit but memory; next to the value and its bytes no third copy of a large part exists.
///
/// What else to know:
/// - Two references to the same object are encoded as two values, and decoded as two objects.
/// - Values and containers may lie 512 deep in one another; beyond that an `EncodingError` is thrown, so that endless recursion ends.
/// - If a key is encoded twice in one container, the last value counts.
/// - Unlike JSON, `nil` inside an optional that is present (`Int??`) stays that.
/// - A type may go back and forth between nested containers that it holds at the same time. It is then encoded in
///   another way, and its `encode(to:)` is called a second time.
/// - Encoders and containers that a type's `encode(to:)` is given must not be kept: later uses throw.
public struct BinaryEncoder: Sendable {
    /// What `Encodable` types find in their encoder's `userInfo`.
    public var userInfo: [CodingUserInfoKey: any Sendable]

    /// Makes an encoder without user info.
    public init() {
        userInfo = [:]
    }

    /// Encodes a value into a payload.
    ///
    /// - Throws: `EncodingError`, or what the value's `encode(to:)` throws.
    public func encode(_ value: some Encodable) throws -> [UInt8] {
        if let payload = DirectPayload(value) { return Self.collect(payload.byteCount, payload.drain) }
        let output = try output(of: value)
        return Self.collect(output.totalByteCount, output.drain)
    }

    /// Encodes a value and appends the payload, header included, to bytes that are already there.
    ///
    /// If it throws, nothing has been appended.
    ///
    /// - Throws: `EncodingError`, or what the value's `encode(to:)` throws.
    public func encode(_ value: some Encodable, into bytes: inout [UInt8]) throws {
        if let payload = DirectPayload(value) { return Self.append(payload.byteCount, payload.drain, to: &bytes) }
        let output = try output(of: value)
        Self.append(output.totalByteCount, output.drain, to: &bytes)
    }

    /// Encodes a value into a payload whose large arrays of numbers stay where they are.
    ///
    /// - Parameter threshold: From how many bytes on an array stays where it is.
    /// - Throws: `EncodingError`, or what the value's `encode(to:)` throws.
    package func encodePayload(
        _ value: some Encodable, attachingFrom threshold: Int = AttachedArray.threshold
    ) throws -> EncodedPayload {
        if let payload = DirectPayload(value) {
            if let attached = payload.attached(from: threshold) { return attached }
            return EncodedPayload(Self.collect(payload.byteCount, payload.drain))
        }
        let output = try output(of: value, attachmentThreshold: max(threshold, 1))
        let attachments = output.attachments
        return EncodedPayload(Self.collect(output.totalByteCount, output.drain), attachments: attachments)
    }

    /// Hands all pieces of a payload to a closure, in order.
    private typealias Drain = ((UnsafeRawBufferPointer) -> Void) -> Void

    private static func collect(_ byteCount: Int, _ drain: Drain) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, initializedCount in
            var rest = UnsafeMutableRawBufferPointer(buffer)
            LargePages.use(for: rest)
            drain { piece in
                // Safe: the pieces have `byteCount` bytes together, for which the buffer has room.
                rest.copyMemory(from: piece)
                rest = UnsafeMutableRawBufferPointer(rebasing: rest[piece.count...])
            }
            initializedCount = byteCount
        }
    }

    private static func append(_ byteCount: Int, _ drain: Drain, to bytes: inout [UInt8]) {
        // Where much is added exactly that is reserved; many small payloads share the array's usual growth.
        if byteCount >= bytes.count { bytes.reserveCapacity(bytes.count + byteCount) }
        drain { bytes.append(contentsOf: $0) }
    }

    private func output<T: Encodable>(of value: T, attachmentThreshold: Int = .max) throws -> EncoderState {
        let state = EncoderState(userInfo, attachmentThreshold: attachmentThreshold)
        do {
            try state.encodeRoot(value)
            if !state.needsNesting { return state }
        } catch  where state.needsNesting {
            // What was thrown only says that the quick way is not possible.
        }
        let nesting = EncoderState(userInfo, path: [], depth: 0)
        try nesting.encodeRoot(value)
        return nesting
    }
}
