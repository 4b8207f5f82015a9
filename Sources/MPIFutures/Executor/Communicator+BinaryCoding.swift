// SPDX-License-Identifier: Apache-2.0
// Codable values between the ranks of a gang.

import Futures
public import MPI

/// The coder of task inputs and outputs, for messages.
private struct BinaryMessageCoder: MessageCoder {
    func encode(_ value: some Encodable) throws -> [UInt8] { try BinaryEncoder().encode(value) }

    func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        try BinaryDecoder().decode(type, from: bytes)
    }
}

extension Communicator {
    /// Sends a value to a rank; numbers in arrays travel as one block.
    ///
    /// - Throws: `EncodingError`, or `MPIError` as the operation on arrays does.
    public func send(encoding value: some Encodable, to destination: Int, tag: Int = 0) throws {
        try send(encoding: value, to: destination, tag: tag, coder: BinaryMessageCoder())
    }

    /// Receives a value from a rank, or from any.
    ///
    /// - Throws: `DecodingError`, or `MPIError` as the operation on arrays does.
    public func receive<Value: Decodable>(
        decoding type: Value.Type, from source: Int? = nil, tag: Int? = nil
    ) throws -> (value: Value, status: MessageStatus) {
        try receive(decoding: type, from: source, tag: tag, coder: BinaryMessageCoder())
    }

    /// Gives every rank the root's value.
    ///
    /// Collective over the communicator.
    ///
    /// - Parameter value: The value on the root; ignored elsewhere.
    public func broadcast<Value: Codable>(encoding value: Value?, root: Int = 0) throws -> Value {
        try broadcast(encoding: value, root: root, coder: BinaryMessageCoder())
    }

    /// Gives the root everybody's values in rank order, and the others `nil`.
    ///
    /// Collective over the communicator.
    public func gather<Value: Codable>(encoding value: Value, root: Int = 0) throws -> [Value]? {
        try gather(encoding: value, root: root, coder: BinaryMessageCoder())
    }

    /// Gives every rank everybody's values in rank order.
    ///
    /// Collective over the communicator.
    public func allGather<Value: Codable>(encoding value: Value) throws -> [Value] {
        try allGather(encoding: value, coder: BinaryMessageCoder())
    }
}
