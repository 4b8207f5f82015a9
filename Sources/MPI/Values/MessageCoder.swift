// SPDX-License-Identifier: Apache-2.0
// The seam through which Codable values become bytes.

/// Turns `Codable` values into bytes and back.
///
/// This library has no encoding of its own: the caller brings one, the same on all ranks.
public protocol MessageCoder: Sendable {
    /// The bytes of a value.
    func encode(_ value: some Encodable) throws -> [UInt8]
    /// The value of some bytes.
    func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value
}
