// SPDX-License-Identifier: Apache-2.0
// Bytes into frames.

import Futures
import NIOCore

/// Cuts a byte stream into frames; bodies are collected as they come, so a large one is copied once.
struct FrameParser {
    private struct Header {
        var kind: Frame.Kind
        var task: UInt64
        var prefixLength: Int
        var length: Int
    }

    private var pending: ByteBuffer?
    private var header: Header?
    private var prefix: ByteBuffer?
    private var body: [UInt8] = []

    /// Takes bytes in and appends the frames that they complete.
    ///
    /// - Throws: ``ExecutorError/Code/protocolViolation`` where the stream makes no sense; it can't be used further.
    mutating func parse(_ bytes: ByteBuffer, into frames: inout [Frame]) throws(ExecutorError) {
        var input = bytes
        if var rest = pending {
            rest.writeBuffer(&input)
            input = rest
            pending = nil
        }
        while true {
            if header == nil {
                guard let next = try Self.readHeader(&input) else { break }
                header = next
            }
            if prefix == nil { prefix = input.readSlice(length: header?.prefixLength ?? 0) }
            guard let current = header, let slice = prefix, Self.fill(&body, current.length, &input) else { break }
            frames.append(Frame(kind: current.kind, task: current.task, prefix: slice, body: body))
            prefix = nil
            body = []
            header = nil
        }
        if input.readableBytes > 0 { pending = input }
    }

    private static func fill(_ bytes: inout [UInt8], _ length: Int, _ input: inout ByteBuffer) -> Bool {
        let count = min(length - bytes.count, input.readableBytes)
        if count > 0 {
            // Memory is claimed as bytes come, except that a body of usual size gets its room at once.
            if bytes.isEmpty { bytes.reserveCapacity(min(length, max(count, 1 << 20))) }
            input.withUnsafeReadableBytes { bytes.append(contentsOf: $0[..<count]) }
            input.moveReaderIndex(forwardBy: count)
        }
        return bytes.count == length
    }

    private static func readHeader(_ input: inout ByteBuffer) throws(ExecutorError) -> Header? {
        guard input.readableBytes >= Frame.headerSize,
            let length = input.readInteger(endianness: .little, as: UInt64.self),
            let task = input.readInteger(endianness: .little, as: UInt64.self),
            let kind = input.readInteger(endianness: .little, as: UInt32.self),
            let prefixLength = input.readInteger(endianness: .little, as: UInt32.self)
        else { return nil }
        guard let byte = UInt8(exactly: kind), let kind = Frame.Kind(rawValue: byte), length <= Frame.largestBody,
            prefixLength <= Frame.largestPrefix
        else {
            throw ExecutorError(
                .protocolViolation,
                "the other end sent a header of kind \(kind) and length \(length), which no frame has: it is not a "
                    + "worker of this version")
        }
        return Header(kind: kind, task: task, prefixLength: Int(prefixLength), length: Int(length))
    }
}
