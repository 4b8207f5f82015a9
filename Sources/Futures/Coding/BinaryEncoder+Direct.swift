// SPDX-License-Identifier: Apache-2.0
// Encodes single numbers, strings and arrays of numbers without the machinery for containers.

/// A payload that is a few bytes of head and, for strings and blocks, the bytes of the value.
struct DirectPayload {
    private typealias Word = UInt64
    // Room for the header, a tag and a varint, or a scalar of 17 bytes.
    private var head: (Word, Word, Word) = (0, 0, 0)
    private var headByteCount = 0
    private var body: (any BlockSource)?

    /// Writes a value of a direct type; `nil` if the type is an ordinary one.
    init?<T>(_ value: T) {
        let direct = DirectType.of(T.self)
        if case .ordinary = direct { return nil }
        let body: (any BlockSource)? =
            switch direct {
            // Safe: `DirectType.of` compared `T` with this type.
            case .string: LongString(unsafeBitCast(value, to: String.self))
            case .array, .data: direct.block(value)
            default: nil
            }
        self.body = body
        headByteCount = withUnsafeMutableBytes(of: &head) { head in
            // Safe: the head is 24 bytes long, and no more than 2 + 17 are written.
            head[0] = WireFormat.magic
            head[1] = WireFormat.version
            let target = UnsafeMutableRawPointer(rebasing: head[2...])
            return switch direct {
            case .string: 2 + WireWriter.stringHead(body?.count ?? 0, to: target)
            case .array, .data: 2 + WireWriter.blockHead(body?.wireElement ?? .uint8, body?.count ?? 0, to: target)
            default: 2 + WireWriter.scalar(value, direct, to: target)
            }
        }
    }

    /// The payload with its block beside it; `nil` where there is no block of that many bytes.
    func attached(from threshold: Int) -> EncodedPayload? {
        guard let body, !(body is LongString), body.blockByteCount >= max(threshold, 1) else { return nil }
        let bytes = [UInt8](unsafeUninitializedCapacity: 2 + WireFormat.scalarByteCountLimit) { buffer, count in
            buffer[0] = WireFormat.magic
            buffer[1] = WireFormat.version
            let target = UnsafeMutableRawPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[2...])
            count = 2 + WireWriter.attachedHead(body.wireElement, body.count, index: 0, to: target)
        }
        return EncodedPayload(bytes, attachments: [AttachedArray(body)])
    }

    /// The number of bytes.
    var byteCount: Int { headByteCount + (body?.blockByteCount ?? 0) }

    /// Hands out the bytes in order.
    func drain(_ visit: (UnsafeRawBufferPointer) -> Void) {
        withUnsafeBytes(of: head) { visit(UnsafeRawBufferPointer(rebasing: $0[..<headByteCount])) }
        body?.withBlockBytes(visit)
    }
}

extension UnsafeMutableRawPointer {
    /// The start of a part of a buffer that is not empty.
    fileprivate init(rebasing slice: Slice<UnsafeMutableRawBufferPointer>) {
        // Safe: a buffer that has bytes has an address.
        self = UnsafeMutableRawBufferPointer(rebasing: slice).baseAddress!
    }
}
