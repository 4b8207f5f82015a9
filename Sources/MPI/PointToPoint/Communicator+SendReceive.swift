// SPDX-License-Identifier: Apache-2.0
// Sending and receiving at the same time.

extension Communicator {
    /// Sends to one rank while it receives from another, or from the same (MPI 3.1 §3.10).
    ///
    /// Unlike a send followed by a receive it cannot end in a ring of ranks that all wait for one another.
    ///
    /// - Parameters:
    ///   - values: the elements to send; any count.
    ///   - destination: the rank that is to receive them.
    ///   - buffer: has room for the message that comes.
    ///   - source: the rank to receive from; `nil` for whichever sends first.
    ///   - tag: the tag of the message that is sent, and of the one that is received.
    /// - Returns: who sent the message that came, and how many elements it had.
    /// - Throws: ``MPIError/Code/truncate`` where the buffer is too small; the message is consumed all the same.
    @discardableResult
    public func sendReceive<Element: MPIRepresentable>(
        _ values: Span<Element>, to destination: Int, into buffer: inout MutableSpan<Element>, from source: Int?,
        tag: Int = 0
    ) throws(MPIError) -> MessageStatus {
        let operation = try Operation("sendReceive", on: self, peer: destination, tag: tag)
        let capacity = buffer.count
        return try buffer.withUnsafeMutableBytes { (target) throws(MPIError) in
            try values.withUnsafeBytes { (bytes) throws(MPIError) in
                let status = try operation.exchange(
                    bytes, to: destination, into: MessageSink(target), from: source, tag: tag,
                    stride: MemoryLayout<Element>.stride)
                try operation.requireRoom(for: status.count, in: capacity)
                return status
            }
        }
    }

    /// Sends an array to one rank while it receives one, of whatever length, from another.
    ///
    /// - Returns: the elements that came, and who sent them.
    public func sendReceive<Element: MPIRepresentable>(
        _ values: [Element], to destination: Int, from source: Int?, tag: Int = 0
    ) throws(MPIError) -> (values: [Element], status: MessageStatus) {
        let operation = try Operation("sendReceive", on: self, peer: destination, tag: tag)
        let sink = MessageSink()
        let status = try values.span.withUnsafeBytes { (bytes) throws(MPIError) in
            try operation.exchange(
                bytes, to: destination, into: sink, from: source, tag: tag, stride: MemoryLayout<Element>.stride)
        }
        return (try sink.array(count: status.count), status)
    }
}

extension Operation {
    /// Sends an empty message and waits for one.
    func exchangeSignals(to destination: Int, from source: Int, tag: Int) throws(MPIError) {
        let empty = UnsafeRawBufferPointer(start: nil, count: 0)
        _ = try exchange(empty, to: destination, into: MessageSink(), from: source, tag: tag, stride: 1)
    }

    /// Sends and receives at the same time.
    fileprivate func exchange(
        _ bytes: UnsafeRawBufferPointer, to destination: Int, into sink: MessageSink, from source: Int?, tag: Int,
        stride: Int
    ) throws(MPIError) -> MessageStatus {
        try requireRank(destination, "the destination")
        if let source { try requireRank(source, "the source") }
        try requireTag(tag)
        let block = communicator.blockByteCount
        var outgoing = OutgoingMessage(bytes, to: destination, tag: tag, blockByteCount: block)
        var incoming = IncomingMessage(into: sink, from: source, tag: tag)
        var sent = Progress.none
        var received = Progress.none
        try wait(byteCount: min(bytes.count, block)) { () throws(MPIError) in
            if sent != .complete { sent = try outgoing.advance(self) }
            if received != .complete { received = try incoming.advance(self) }
            if sent == .complete && received == .complete { return .complete }
            return sent == .some || received == .some ? .some : .none
        }
        return try status(of: incoming, byteCount: sink.byteCount, stride: stride)
    }
}
