// SPDX-License-Identifier: Apache-2.0
// The operations for Codable values.

extension Communicator {
    /// Encodes a value and sends it to a rank.
    ///
    /// - Throws: what the coder throws, before anything is sent, and ``MPIError``.
    public func send(
        encoding value: some Encodable, to destination: Int, tag: Int = 0, coder: some MessageCoder
    ) throws {
        try send(coder.encode(value), to: destination, tag: tag)
    }

    /// Receives a value that was sent with ``send(encoding:to:tag:coder:)``.
    ///
    /// - Returns: the value, and who sent it with which tag; the count is that of the bytes.
    /// - Throws: what the coder throws, when the message has been consumed, and ``MPIError``.
    public func receive<Value: Decodable>(
        decoding type: Value.Type, from source: Int? = nil, tag: Int? = nil, coder: some MessageCoder
    ) throws -> (value: Value, status: MessageStatus) {
        let (bytes, status) = try receive([UInt8].self, from: source, tag: tag)
        return (try coder.decode(type, from: bytes), status)
    }

    /// Gives the root's value to all ranks.
    ///
    /// Collective over the communicator.
    ///
    /// - Parameters:
    ///   - value: what is encoded at the root; not looked at elsewhere, where it may be `nil`.
    ///   - root: the rank whose value it is.
    ///   - coder: the encoding; the same on all ranks.
    /// - Returns: the root's value; decoded from its bytes at the root too, so that all ranks see the same.
    /// - Throws: at the root what the coder throws; the other ranks then throw ``MPIError/Code/peerFailedToEncode``.
    public func broadcast<Value: Codable>(
        encoding value: Value?, root: Int = 0, coder: some MessageCoder
    ) throws -> Value {
        let operation = try Operation("broadcast", on: self, peer: root)
        try operation.requireRank(root, "the root")
        let encoded = Result { () throws -> [UInt8] in
            guard rank == root else { return [] }
            guard let value else { throw operation.error(.invalidArgument, "the root has no value to broadcast") }
            return try coder.encode(value)
        }
        let count = (try? encoded.get().count) ?? -1  // The error itself is thrown two lines below.
        let rootCount = try shareFromRoot([count], root: root, operation)[0]
        var bytes = try encoded.get()
        guard rootCount >= 0 else {
            throw operation.error(
                .peerFailedToEncode, "rank \(root) could not encode its value; its own error says why")
        }
        if rank != root { bytes = [UInt8](repeating: 0, count: rootCount) }
        try bytes.withUnsafeMutableBytes { try broadcastBytes($0, root: root, operation) }
        return try coder.decode(Value.self, from: bytes)
    }

    /// Collects one value of each rank at the root.
    ///
    /// Collective over the communicator.
    ///
    /// - Returns: the values in the order of the ranks at the root, `nil` elsewhere.
    /// - Throws: what the coder throws where a value cannot be encoded; the other ranks then throw
    ///   ``MPIError/Code/peerFailedToEncode``.
    public func gather<Value: Codable>(
        encoding value: Value, root: Int = 0, coder: some MessageCoder
    ) throws -> [Value]? {
        let operation = try Operation("gather", on: self, peer: root)
        try operation.requireRank(root, "the root")
        return try gather(encoding: value, root: root, coder: coder, operation)
    }

    /// Collects one value of each rank on all ranks, in the order of the ranks.
    ///
    /// Collective over the communicator.
    ///
    /// - Throws: as ``gather(encoding:root:coder:)``.
    public func allGather<Value: Codable>(encoding value: Value, coder: some MessageCoder) throws -> [Value] {
        try gather(encoding: value, root: nil, coder: coder, Operation("allGather", on: self)) ?? []
    }

    private func gather<Value: Codable>(
        encoding value: Value, root: Int?, coder: some MessageCoder, _ operation: Operation
    ) throws -> [Value]? {
        let encoded = Result { try coder.encode(value) }
        let isEncoded = if case .success = encoded { true } else { false }
        // All ranks must learn of a failure before any of them waits for bytes that won't come.
        let failed = try shareWithAll(isEncoded ? 0 : 1, operation).firstIndex(of: 1)
        let bytes = try encoded.get()
        if let failed {
            throw operation.error(
                .peerFailedToEncode, "rank \(failed) could not encode its value; its own error says why")
        }
        return try gather(varying: bytes, root: root, operation)?.map { try coder.decode(Value.self, from: $0) }
    }
}
