// SPDX-License-Identifier: Apache-2.0
// Sending and receiving.

extension Communicator {
    /// Sends elements to a rank (MPI 3.1 §3.2).
    ///
    /// Returns when the caller may reuse the memory, which for large messages is when the receiver has taken nearly
    /// all of them.
    ///
    /// - Parameters:
    ///   - values: the elements; any count.
    ///   - destination: the rank that is to receive them.
    ///   - tag: a number by which the receiver can choose; 0 to 32767 works with every MPI library.
    public func send<Element: MPIRepresentable>(
        _ values: Span<Element>, to destination: Int, tag: Int = 0
    ) throws(MPIError) {
        let operation = try Operation("send", on: self, peer: destination, tag: tag)
        try values.withUnsafeBytes { (bytes) throws(MPIError) in
            try sendBytes(bytes, to: destination, tag: tag, operation)
        }
    }

    /// Sends an array to a rank; see ``send(_:to:tag:)-(Span<_>,_,_)``.
    public func send<Element: MPIRepresentable>(
        _ values: [Element], to destination: Int, tag: Int = 0
    ) throws(MPIError) {
        try send(values.span, to: destination, tag: tag)
    }

    /// Sends one value to a rank.
    public func send<Element: MPIRepresentable>(
        _ value: Element, to destination: Int, tag: Int = 0
    ) throws(MPIError) {
        let operation = try Operation("send", on: self, peer: destination, tag: tag)
        try withUnsafeBytes(of: value) { (bytes) throws(MPIError) in
            try sendBytes(bytes, to: destination, tag: tag, operation)
        }
    }

    /// Receives elements into a buffer (MPI 3.1 §3.2.4).
    ///
    /// - Parameters:
    ///   - buffer: has room for the message at least; what lies behind the message is left as it was.
    ///   - source: the rank to receive from; `nil` for whichever sends first.
    ///   - tag: the tag to receive; `nil` for any.
    /// - Returns: who sent the message, with which tag, and how many elements it had.
    /// - Throws: ``MPIError/Code/truncate`` where the buffer is too small: the message is consumed, the buffer holds
    ///   its beginning. ``MPIError/Code/typeMismatch`` where the message isn't a whole number of elements.
    @discardableResult
    public func receive<Element: MPIRepresentable>(
        into buffer: inout MutableSpan<Element>, from source: Int? = nil, tag: Int? = nil
    ) throws(MPIError) -> MessageStatus {
        let operation = try Operation("receive", on: self, peer: source, tag: tag)
        let capacity = buffer.count
        return try buffer.withUnsafeMutableBytes { (bytes) throws(MPIError) in
            let sink = MessageSink(bytes)
            let status = try receiveBytes(
                into: sink, from: source, tag: tag, stride: MemoryLayout<Element>.stride, operation)
            try operation.requireRoom(for: status.count, in: capacity)
            return status
        }
    }

    /// Receives an array of whatever length.
    ///
    /// - Parameters:
    ///   - type: the array's type, as in `receive([Double].self, from: 1)`.
    ///   - source: the rank to receive from; `nil` for whichever sends first.
    ///   - tag: the tag to receive; `nil` for any.
    /// - Returns: the elements, and who sent them with which tag.
    public func receive<Element: MPIRepresentable>(
        _ type: [Element].Type, from source: Int? = nil, tag: Int? = nil
    ) throws(MPIError) -> (values: [Element], status: MessageStatus) {
        let operation = try Operation("receive", on: self, peer: source, tag: tag)
        let sink = MessageSink()
        let status = try receiveBytes(
            into: sink, from: source, tag: tag, stride: MemoryLayout<Element>.stride, operation)
        return (try sink.array(count: status.count), status)
    }

    /// Receives one value.
    ///
    /// - Parameters:
    ///   - type: the value's type, as in `receive(Int.self, from: 1)`.
    ///   - source: the rank to receive from; `nil` for whichever sends first.
    ///   - tag: the tag to receive; `nil` for any.
    /// - Returns: the value, and who sent it with which tag.
    /// - Throws: ``MPIError/Code/typeMismatch`` where the message isn't one value of the type.
    public func receive<Element: MPIRepresentable>(
        _ type: Element.Type, from source: Int? = nil, tag: Int? = nil
    ) throws(MPIError) -> (value: Element, status: MessageStatus) {
        let operation = try Operation("receive", on: self, peer: source, tag: tag)
        let sink = MessageSink()
        let status = try receiveBytes(
            into: sink, from: source, tag: tag, stride: MemoryLayout<Element>.stride, operation)
        guard status.count == 1 else {
            throw operation.error(.typeMismatch, "one \(type) was expected, but the message has \(status.count)")
        }
        return (sink.bytes.loadUnaligned(as: Element.self), status)
    }
}

extension Communicator {
    /// Sends bytes.
    ///
    /// Part of a larger operation.
    func sendBytes(
        _ bytes: UnsafeRawBufferPointer, to destination: Int, tag: Int, _ operation: Operation
    ) throws(MPIError) {
        try operation.requireRank(destination, "the destination")
        try operation.requireTag(tag)
        var message = OutgoingMessage(bytes, to: destination, tag: tag, blockByteCount: blockByteCount)
        try operation.wait(byteCount: min(bytes.count, blockByteCount)) { () throws(MPIError) in
            try message.advance(operation)
        }
    }

    /// Receives bytes.
    ///
    /// Part of a larger operation.
    func receiveBytes(
        into sink: MessageSink, from source: Int?, tag: Int?, stride: Int, _ operation: Operation
    ) throws(MPIError) -> MessageStatus {
        if let source { try operation.requireRank(source, "the source") }
        if let tag { try operation.requireTag(tag) }
        var message = IncomingMessage(into: sink, from: source, tag: tag)
        // The length is not known, but each block that arrives gives the loop new patience.
        try operation.wait(byteCount: 0) { () throws(MPIError) in try message.advance(operation) }
        return try operation.status(of: message, byteCount: sink.byteCount, stride: stride)
    }
}

extension Operation {
    /// The envelope of a message that has come.
    func status(of message: IncomingMessage, byteCount: Int, stride: Int) throws(MPIError) -> MessageStatus {
        let (source, tag) = message.envelope
        guard byteCount.isMultiple(of: stride) else {
            throw error(
                .typeMismatch,
                "the message from rank \(source) has \(byteCount) bytes, which is not a whole number of elements "
                    + "of \(stride) bytes: sender and receiver must agree on the type")
        }
        return MessageStatus(source: source, tag: tag, count: byteCount / stride)
    }

    /// Throws unless a message of `count` elements fits.
    func requireRoom(for count: Int, in capacity: Int) throws(MPIError) {
        guard count > capacity else { return }
        throw error(.truncate, "the message has \(count) elements, but the buffer has room for \(capacity)")
    }

    /// Throws unless a message may have this tag.
    func requireTag(_ tag: Int) throws(MPIError) {
        let bound = MPIRuntime.shared.tagUpperBound
        guard tag < 0 || tag > bound else { return }
        throw error(.invalidArgument, "the tag is \(tag), but this MPI library allows 0 to \(bound)")
    }
}

extension MessageSink {
    /// The bytes so far as an array.
    func array<Element: MPIRepresentable>(count: Int) throws(MPIError) -> [Element] {
        try [Element].filled(count: count) { (target) throws(MPIError) in target.copyMemory(from: bytes) }
    }
}
