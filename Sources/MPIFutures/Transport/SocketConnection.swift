// SPDX-License-Identifier: Apache-2.0
// One end of a connection between a program and a worker.

import DequeModule
import Foundation
import Futures
import Synchronization

/// Whoever listens to a connection; called on the socket loop's thread.
protocol FrameReceiver: AnyObject, Sendable {
    /// Frames came in, all that one read brought.
    func received(_ frames: [Frame], on connection: SocketConnection)
    /// The connection has ended: the other end left, or sent what no frame is.
    func closed(_ connection: SocketConnection)
}

/// Sends and receives frames over a socket.
///
/// `enqueue` and `flush` may be called from any thread and never block: `flush` writes what the socket takes, and the
/// loop writes the rest. Small frames travel together; large bodies and attachments leave from where they are and are read
/// into where they stay.
final class SocketConnection: SocketHandler {
    /// Room that gathered frames begin with.
    private static let usualMessage = 1 << 11
    /// Bodies above this are not copied into the common buffer.
    private static let largeBody = 1 << 14
    /// What one read takes at most.
    private static let readSize = 1 << 18
    /// From how many bytes on what is known to come is read into where it stays.
    private static let directSize = 1 << 16

    /// Bytes that are ready to be sent.
    private enum Outgoing {
        case bytes([UInt8])
        case attachment(AttachedArray)

        func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
            switch self {
            case .bytes(let bytes): bytes.withUnsafeBytes(body)
            case .attachment(let attachment): body(attachment.memory)
            }
        }
    }

    private struct Outbox {
        /// What is ready to be sent, and how much of the first has left.
        var queue: Deque<Outgoing> = []
        var sent = 0
        /// Small frames that gather.
        var small: [UInt8] = []
        /// The socket is full: the loop goes on when there is room.
        var isBlocked = false
        var isClosed = false
    }

    /// What only the loop's thread touches.
    private struct Inbox {
        var parser = FrameParser()
        var buffer = [UInt8](repeating: 0, count: SocketConnection.readSize)
        var isClosed = false
    }

    private let descriptor: Int32
    private let receiver: any FrameReceiver
    private let outbox = Mutex(Outbox())
    private let inbox = Mutex(Inbox())

    /// Takes a connected socket over and serves it from now on.
    init(_ descriptor: Int32, _ receiver: any FrameReceiver) {
        self.descriptor = descriptor
        self.receiver = receiver
    }

    /// Starts to receive.
    func start() {
        SocketLoop.shared.add(descriptor, self)
    }

    /// Believes the lengths that the other end claims, since it is known who that is; on the loop's thread.
    func trust() {
        inbox.withLock { $0.parser.trusted = FrameParser.memorySize }
    }

    /// Queues a frame; it leaves with the next flush.
    func enqueue(_ frame: Frame) {
        outbox.withLock { outbox in
            if outbox.small.isEmpty { outbox.small.reserveCapacity(Self.usualMessage) }
            frame.writeHead(into: &outbox.small)
            let isLarge = frame.body.count > Self.largeBody
            if !isLarge { outbox.small += frame.body }
            guard isLarge || !frame.attachments.isEmpty else { return }
            outbox.queue.append(.bytes(outbox.small))
            outbox.small = []
            if isLarge { outbox.queue.append(.bytes(frame.body)) }
            for attachment in frame.attachments { outbox.queue.append(.attachment(attachment)) }
        }
    }

    /// Sends what is queued, as far as the socket takes it.
    func flush() {
        outbox.withLock { outbox in
            guard !outbox.isBlocked, !outbox.isClosed else { return }
            outbox.isBlocked = !send(&outbox)
            if outbox.isBlocked { SocketLoop.shared.watchWritable(descriptor, true) }
        }
    }

    /// Ends the connection; the receiver is told on the loop's thread.
    func close() {
        outbox.withLock { outbox in
            // Once it is closed the descriptor may be somebody else's.
            if !outbox.isClosed { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    func writable() {
        outbox.withLock { outbox in
            guard outbox.isBlocked, !outbox.isClosed else { return }
            outbox.isBlocked = !send(&outbox)
            if !outbox.isBlocked { SocketLoop.shared.watchWritable(descriptor, false) }
        }
    }

    func readable() {
        let (frames, isClosed) = inbox.withLock { inbox -> ([Frame], Bool) in
            guard !inbox.isClosed else { return ([], false) }
            var frames: [Frame] = []
            inbox.isClosed = !read(&inbox, into: &frames)
            return (frames, inbox.isClosed)
        }
        if !frames.isEmpty { receiver.received(frames, on: self) }
        guard isClosed else { return }
        outbox.withLock { outbox in
            outbox.isClosed = true
            outbox.queue = []
            outbox.small = []
        }
        SocketLoop.shared.remove(descriptor)
        receiver.closed(self)
    }

    /// Reads once; false at the end of the stream, or where it makes no sense.
    private func read(_ inbox: inout Inbox, into frames: inout [Frame]) -> Bool {
        if let landing = inbox.parser.landing?.memory, landing.count >= Self.directSize {
            let count = recv(descriptor, landing.baseAddress, landing.count, Int32(MSG_DONTWAIT))
            if count < 0 { return errno == EAGAIN || errno == EINTR }
            inbox.parser.landed(count, into: &frames)
            return count > 0
        }
        let count = recv(descriptor, &inbox.buffer, inbox.buffer.count, Int32(MSG_DONTWAIT))
        if count < 0 { return errno == EAGAIN || errno == EINTR }
        guard count > 0 else { return false }
        do {
            try inbox.buffer.withUnsafeBytes { bytes in
                try inbox.parser.parse(UnsafeRawBufferPointer(rebasing: bytes[..<count]), into: &frames)
            }
            return true
        } catch {
            return false
        }
    }

    /// Writes until nothing is left or the socket is full; false where it is full.
    private func send(_ outbox: inout Outbox) -> Bool {
        while true {
            guard let next = outbox.queue.first else {
                if outbox.small.isEmpty { return true }
                outbox.queue.append(.bytes(outbox.small))
                outbox.small = []
                continue
            }
            let start = outbox.sent
            let (count, size) = next.withBytes { bytes in
                // Safe: nothing empty is queued, so there is an address.
                let rest = bytes.baseAddress! + start
                return (
                    Glibc.send(descriptor, rest, bytes.count - start, Int32(MSG_DONTWAIT | MSG_NOSIGNAL)), bytes.count
                )
            }
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN { return false }
                // The other end is gone, which the loop is about to read: what is left has no receiver.
                outbox.queue = []
                outbox.small = []
                outbox.sent = 0
                return true
            }
            outbox.sent += count
            if outbox.sent == size {
                outbox.queue.removeFirst()
                outbox.sent = 0
            }
        }
    }
}
