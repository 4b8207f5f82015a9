// SPDX-License-Identifier: Apache-2.0
// The pieces of which a large payload is put together.

/// A finished stretch of a payload.
struct PayloadPiece {
    /// What the bytes are.
    enum Content {
        /// Memory that belongs to the encoder.
        case chunk(UnsafeMutableRawPointer)
        /// A large value, kept alive and copied only once: into the payload.
        case block(any BlockSource)
        /// What another encoder wrote; only where containers are used out of turn.
        case nested(EncoderState)
    }

    /// The offset of the first byte, nested pieces not counted.
    let start: Int
    /// The number of bytes; 0 for nested pieces.
    let byteCount: Int
    /// The bytes.
    let content: Content
}
