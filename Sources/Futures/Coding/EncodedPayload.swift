// SPDX-License-Identifier: Apache-2.0
// A value on its way to another process.

/// An encoded value: bytes, and the large arrays in it, which stay where they are.
///
/// May be sent to several receivers, and decoded several times.
package struct EncodedPayload: Sendable, Equatable {
    /// What ``BinaryEncoder`` wrote.
    package let bytes: [UInt8]
    /// The arrays that the bytes refer to by their number.
    package let attachments: [AttachedArray]

    /// A payload of known parts.
    package init(_ bytes: [UInt8] = [], attachments: [AttachedArray] = []) {
        self.bytes = bytes
        self.attachments = attachments
    }

    /// The number of bytes, attachments included.
    package var byteCount: Int {
        if attachments.isEmpty { return bytes.count }
        return attachments.reduce(bytes.count) { $0 + $1.memory.count }
    }

    /// Lends all bytes, piece by piece in an order that depends on the value only.
    package func visitBytes(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        try bytes.withUnsafeBytes(body)
        for attachment in attachments {
            try body(attachment.memory)
        }
    }
}
