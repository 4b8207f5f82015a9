// SPDX-License-Identifier: Apache-2.0
// Bytes into frames.

import Futures

/// Cuts a byte stream into frames; bodies are collected as they come, so a large one is copied once.
struct FrameParser {
    /// The most memory that is claimed at once because a length says so; beyond it, memory is claimed as bytes come.
    ///
    /// Small until it is known who is at the other end.
    var trusted = 1 << 20

    private var head: [UInt8] = []
    private var frame: Frame?
    private var prefixLength = 0
    private var bodyLength = 0

    /// Takes bytes in and appends the frames that they complete.
    ///
    /// - Throws: ``Futures/ExecutorError/Code/protocolViolation`` where the stream makes no sense; it can't be used
    ///   further.
    mutating func parse(_ bytes: UnsafeRawBufferPointer, into frames: inout [Frame]) throws(ExecutorError) {
        var input = bytes[...]
        while true {
            if frame == nil {
                guard try readHeader(&input) else { return }
            }
            // The prefix is complete before the body begins.
            guard Self.move(&input, to: &frame!.prefix, upTo: prefixLength, trusted: trusted),
                Self.move(&input, to: &frame!.body, upTo: bodyLength, trusted: trusted)
            else { return }
            // Safe: it was made above, or in an earlier call that left it unfinished.
            frames.append(frame!)
            frame = nil
        }
    }

    /// The length of the body that is to come as a whole, where nothing of it came with the bytes before; 0 otherwise.
    var expectedBody: Int {
        guard let frame, frame.prefix.count == prefixLength, frame.body.isEmpty else { return 0 }
        return bodyLength
    }

    /// Completes a frame with the body that ``expectedBody`` announced, without a copy.
    mutating func complete(with body: [UInt8]) throws(ExecutorError) -> Frame {
        guard var frame, !body.isEmpty, body.count == expectedBody else {
            throw ExecutorError(
                .protocolViolation, "a body of \(body.count) bytes came where one of \(expectedBody) was announced")
        }
        frame.body = body
        self.frame = nil
        return frame
    }

    /// Moves bytes until the target has its length; false where they do not suffice.
    private static func move(
        _ input: inout Slice<UnsafeRawBufferPointer>, to target: inout [UInt8], upTo length: Int, trusted: Int
    ) -> Bool {
        let count = min(length - target.count, input.count)
        if count > 0 {
            if target.isEmpty {
                target = [UInt8](unsafeUninitializedCapacity: min(length, max(count, trusted))) { buffer, _ in
                    LargePages.use(for: UnsafeMutableRawBufferPointer(buffer))
                }
            }
            target.append(contentsOf: UnsafeRawBufferPointer(rebasing: input.prefix(count)))
            input = input.dropFirst(count)
        }
        return target.count == length
    }

    private mutating func readHeader(_ input: inout Slice<UnsafeRawBufferPointer>) throws(ExecutorError) -> Bool {
        if head.isEmpty && input.count >= Frame.headerSize {
            try readHeader(UnsafeRawBufferPointer(rebasing: input.prefix(Frame.headerSize)))
            input = input.dropFirst(Frame.headerSize)
            return true
        }
        guard Self.move(&input, to: &head, upTo: Frame.headerSize, trusted: trusted) else { return false }
        let whole = head
        head = []
        do {
            try whole.withUnsafeBytes { bytes in try readHeader(bytes) }
        } catch let error as ExecutorError {
            throw error
        } catch {
            preconditionFailure("a header is read with errors of one type only")
        }
        return true
    }

    private mutating func readHeader(_ header: UnsafeRawBufferPointer) throws(ExecutorError) {
        func read<Value: FixedWidthInteger>(_ offset: Int, _ type: Value.Type) -> Value {
            Value(littleEndian: header.loadUnaligned(fromByteOffset: offset, as: Value.self))
        }
        let length = read(0, UInt64.self)
        let kindNumber = read(24, UInt32.self)
        let prefix = read(28, UInt32.self)
        guard let byte = UInt8(exactly: kindNumber), let kind = Frame.Kind(rawValue: byte),
            length <= Frame.largestBody, prefix <= Frame.largestPrefix
        else {
            throw ExecutorError(
                .protocolViolation,
                "the other end sent a header of kind \(kindNumber) and lengths \(prefix) and \(length), which no frame "
                    + "has: it is not a worker of this version")
        }
        frame = Frame(kind: kind, task: read(8, UInt64.self), number: read(16, UInt64.self))
        prefixLength = Int(prefix)
        bodyLength = Int(length)
    }
}
