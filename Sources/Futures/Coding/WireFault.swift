// SPDX-License-Identifier: Apache-2.0
// What can be wrong with bytes, before it is known where in the value they stand.

/// A fault in a payload; ``DecodingError`` is made of it where the coding path is known.
enum WireFault: Error {
    /// More bytes were announced than there are.
    case truncated(offset: Int, needed: UInt64, available: Int)
    /// The value is of another kind than the one asked for.
    case unexpected(offset: Int)
    /// The number is there but doesn't fit into the type asked for.
    case outOfRange(offset: Int, number: String)
    /// The bytes break a rule of the format.
    case invalid(offset: Int, reason: String)
}

extension WireFault {
    /// The error that `Decodable` types expect.
    ///
    /// - Parameters:
    ///   - type: what was to be decoded.
    ///   - reader: the payload, for a word on what was found.
    ///   - path: where in the value the fault is.
    func decodingError(_ type: Any.Type, in reader: WireReader, path: [any CodingKey]) -> DecodingError {
        switch self {
        case .truncated(let offset, let needed, let available):
            return .dataCorrupted(
                DecodingError.Context(
                    codingPath: path,
                    debugDescription: "Expected \(type) at byte \(offset), which needs \(needed) bytes from there, "
                        + "but found only \(available): the payload is cut short or damaged."))
        case .unexpected(let offset):
            let found = reader.describeValue(at: offset)
            let context = DecodingError.Context(
                codingPath: path, debugDescription: "Expected \(type) at byte \(offset), but found \(found).")
            return reader.isNull(at: offset) ? .valueNotFound(type, context) : .typeMismatch(type, context)
        case .outOfRange(let offset, let number):
            return .dataCorrupted(
                DecodingError.Context(
                    codingPath: path,
                    debugDescription: "Expected \(type) at byte \(offset), but found \(number), "
                        + "which doesn't fit into it."))
        case .invalid(let offset, let reason):
            return .dataCorrupted(
                DecodingError.Context(
                    codingPath: path, debugDescription: "Expected \(type) at byte \(offset), but \(reason)."))
        }
    }
}
