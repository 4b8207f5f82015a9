// SPDX-License-Identifier: Apache-2.0
// Bytes into frames.

import Foundation
import Futures

/// Cuts a byte stream into frames.
///
/// What is large, a body or an attachment, can be received into the memory in which it stays: see ``landing``.
struct FrameParser {
    /// The memory in which something large comes together.
    private struct Landing {
        /// An attachment, or one that becomes the body.
        let attachment: AttachedArray
        var filled = 0

        var rest: UnsafeMutableRawBufferPointer {
            UnsafeMutableRawBufferPointer(rebasing: attachment.landing[filled...])
        }
    }

    /// The most memory that is claimed at once because a length says so; beyond it, memory is claimed as bytes come.
    ///
    /// Small until it is known who is at the other end.
    var trusted = 1 << 20

    private var head: [UInt8] = []
    private var frame: Frame?
    private var prefixLength = 0
    private var bodyLength = 0
    private var attachmentCount = 0
    /// How many attachments are complete.
    private var landedCount = 0
    /// What is being received into.
    private var current: Landing?

    /// What is believed of a peer that is known: nothing is larger than this machine's memory.
    static let memorySize = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))

    /// A parser at the start of a stream.
    init(trusted: Int = 1 << 20) {
        self.trusted = trusted
    }

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
            // The prefix is complete before the body begins, and that before the attachments.
            // Safe: it was made above, or in an earlier call that left it unfinished.
            guard Self.move(&input, to: &frame!.prefix, upTo: prefixLength, trusted: trusted) else { return }
            if attachmentCount > frame!.attachments.count { try makeAttachments() }
            guard moveBody(&input), moveAttachments(&input) else { return }
            finish(into: &frames)
        }
    }

    /// Where the bytes that come next are to go, with what keeps that memory; `nil` where they are headers or small.
    ///
    /// Whoever receives into it says so with ``landed(_:into:)``; bytes that were received elsewhere go through ``parse(_:into:)``.
    var landing: (memory: UnsafeMutableRawBufferPointer, owner: AttachedArray)? {
        current.map { ($0.rest, $0.attachment) }
    }

    /// So many bytes are where ``landing`` said; appends the frame that they complete.
    mutating func landed(_ count: Int, into frames: inout [Frame]) {
        guard fill(count) else { return }
        if landNext() { finish(into: &frames) }
    }

    /// Counts bytes that have landed; false where some are missing.
    private mutating func fill(_ count: Int) -> Bool {
        guard let landing = current else { return false }
        current?.filled += count
        guard landing.filled + count == landing.attachment.memory.count else { return false }
        current = nil
        // The body lands before the attachments, which have their places already.
        // Safe: something lands for an unfinished frame only.
        if frame!.body.count < bodyLength {
            frame!.body = landing.attachment.bytes ?? []
        } else {
            landedCount += 1
        }
        return true
    }

    /// Makes ready for the next attachment; true where there is none.
    private mutating func landNext() -> Bool {
        // Safe: as above.
        guard landedCount < attachmentCount else { return true }
        current = Landing(attachment: frame!.attachments[landedCount])
        return false
    }

    private mutating func finish(into frames: inout [Frame]) {
        // Safe: only an unfinished frame is finished.
        frames.append(frame!)
        frame = nil
    }
}

// MARK: - The parts of a frame

extension FrameParser {
    /// Moves bytes into the body; false where they do not suffice.
    private mutating func moveBody(_ input: inout Slice<UnsafeRawBufferPointer>) -> Bool {
        // Safe: called for an unfinished frame only.
        let have = frame!.body.count
        if have == bodyLength { return true }
        if current == nil {
            // What comes whole, or is not believed, needs no memory ahead of its bytes.
            if have > 0 || input.count >= bodyLength || bodyLength > trusted {
                return Self.move(&input, to: &frame!.body, upTo: bodyLength, trusted: trusted)
            }
            current = Landing(attachment: AttachedArray(receivingBytes: bodyLength))
        }
        return moveToLanding(&input)
    }

    /// Moves bytes into the attachments; false where they do not suffice.
    private mutating func moveAttachments(_ input: inout Slice<UnsafeRawBufferPointer>) -> Bool {
        while true {
            if current == nil, landNext() { return true }
            guard moveToLanding(&input) else { return false }
        }
    }

    private mutating func moveToLanding(_ input: inout Slice<UnsafeRawBufferPointer>) -> Bool {
        guard let rest = current?.rest else { return true }
        let count = min(rest.count, input.count)
        rest.copyMemory(from: UnsafeRawBufferPointer(rebasing: input.prefix(count)))
        input = input.dropFirst(count)
        return fill(count)
    }

    /// Makes room for the attachments that the end of the prefix announces.
    private mutating func makeAttachments() throws(ExecutorError) {
        // Not negative: the header was checked.
        let descriptorStart = prefixLength - attachmentCount * Frame.descriptorSize
        // Safe, here and below: called for an unfinished frame only.
        var reader = MessageReader(Array(frame!.prefix[descriptorStart...]))
        frame!.prefix.removeSubrange(descriptorStart...)
        prefixLength = descriptorStart
        var believed = trusted
        for _ in 0..<attachmentCount {
            let count = try reader.read(UInt64.self)
            let code = try reader.read(UInt64.self)
            guard let kind = UInt8(exactly: code),
                let attachment = AttachedArray(receiving: kind, count: count, limit: believed)
            else {
                throw ExecutorError(
                    .protocolViolation,
                    "the other end announced an array of kind \(code) and \(count) elements, which this process has no room "
                        + "for")
            }
            believed -= attachment.memory.count
            frame!.attachments.append(attachment)
        }
    }

    /// Moves bytes until the target has its length; false where they do not suffice.
    private static func move(
        _ input: inout Slice<UnsafeRawBufferPointer>, to target: inout [UInt8], upTo length: Int, trusted: Int
    ) -> Bool {
        let count = min(length - target.count, input.count)
        if count > 0 {
            if target.isEmpty { target.reserveCapacity(min(length, max(count, trusted))) }
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
        let attachmentCount = Int(kindNumber >> 8)
        guard let kind = Frame.Kind(rawValue: UInt8(truncatingIfNeeded: kindNumber)), length <= Frame.largestBody,
            prefix <= Frame.largestPrefix, attachmentCount <= AttachedArray.countLimit,
            attachmentCount * Frame.descriptorSize <= Int(prefix)
        else {
            throw ExecutorError(
                .protocolViolation,
                "the other end sent a header of kind \(kindNumber) and lengths \(prefix) and \(length), which no frame "
                    + "has: it is not a worker of this version")
        }
        frame = Frame(kind: kind, task: read(8, UInt64.self), number: read(16, UInt64.self))
        prefixLength = Int(prefix)
        bodyLength = Int(length)
        self.attachmentCount = attachmentCount
        landedCount = 0
    }
}
