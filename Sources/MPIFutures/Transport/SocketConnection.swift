// SPDX-License-Identifier: Apache-2.0
// One end of a connection between a program and a worker.

import DequeModule
import Futures
import NIOCore
import Synchronization

/// Whoever listens to a connection; called on the connection's event loop.
protocol FrameReceiver: AnyObject, Sendable {
    /// Frames came in, all that one read brought.
    func received(_ frames: [Frame], on connection: SocketConnection)
    /// The connection has ended: the other end left, or sent what no frame is.
    func closed(_ connection: SocketConnection, _ error: (any Error)?)
}

/// Sends frames over a channel; small ones travel together, large ones in pieces as the socket takes them.
///
/// `enqueue` and `flush` may be called from any thread and never block.
final class SocketConnection: Sendable {
    /// Bodies above this are not copied into the common buffer.
    private static let largeBody = 1 << 16
    /// How much of a large body is handed to the channel at a time.
    private static let piece = 1 << 22

    private enum Pending {
        case bytes(ByteBuffer)
        case body([UInt8], from: Int)
    }

    private struct Outbox {
        var small = ByteBuffer()
        var queue: Deque<Pending> = []
        var isScheduled = false
    }

    private let outbox = Mutex(Outbox())
    private let channel: any Channel

    init(_ channel: any Channel) {
        self.channel = channel
    }

    /// Queues a frame; it leaves with the next flush.
    func enqueue(_ frame: Frame) {
        enqueue(frame.kind, frame.task, body: frame.body) { $0.writeImmutableBuffer(frame.prefix) }
    }

    /// Queues a frame whose prefix is written in place.
    func enqueue(_ kind: Frame.Kind, _ task: UInt64, body: [UInt8], prefix: (inout ByteBuffer) -> Void) {
        outbox.withLock { outbox in
            Frame.write(kind, task, bodyCount: body.count, prefix: prefix, into: &outbox.small)
            if body.count <= Self.largeBody {
                outbox.small.writeBytes(body)
            } else {
                outbox.queue.append(.bytes(outbox.small))
                outbox.small = ByteBuffer()
                outbox.queue.append(.body(body, from: 0))
            }
        }
    }

    /// Sends what is queued.
    func flush() {
        let mustWake = outbox.withLock { outbox in
            guard !outbox.isScheduled, outbox.small.readableBytes > 0 || !outbox.queue.isEmpty else { return false }
            outbox.isScheduled = true
            return true
        }
        guard mustWake else { return }
        if channel.eventLoop.inEventLoop {
            drain()
        } else {
            channel.eventLoop.execute { self.drain() }
        }
    }

    /// Queues a frame and sends it.
    func send(_ frame: Frame) {
        enqueue(frame)
        flush()
    }

    /// Closes the connection when what was sent has left.
    func close() {
        channel.eventLoop.execute { [channel] in
            channel.flush()
            channel.close(promise: nil)
        }
    }

    /// Writes until the socket takes no more; on the event loop.
    func drain() {
        while channel.isWritable, let next = nextBytes() {
            channel.writeAndFlush(next, promise: nil)
        }
    }

    /// The next bytes to write; where there are none, the next flush wakes the loop again.
    private func nextBytes() -> ByteBuffer? {
        outbox.withLock { outbox in
            switch outbox.queue.popFirst() {
            case .bytes(let buffer):
                return buffer
            case .body(let body, let start):
                let end = min(start + Self.piece, body.count)
                if end < body.count { outbox.queue.prepend(.body(body, from: end)) }
                return ByteBuffer(bytes: body[start..<end])
            case nil:
                guard outbox.small.readableBytes > 0 else {
                    outbox.isScheduled = false
                    return nil
                }
                defer { outbox.small = ByteBuffer() }
                return outbox.small
            }
        }
    }
}

/// Feeds a channel's bytes to its connection.
final class FrameHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let connection: SocketConnection
    private let receiver: any FrameReceiver
    private var parser = FrameParser()
    private var frames: [Frame] = []
    private var failure: (any Error)?
    private var isClosed = false

    init(_ connection: SocketConnection, _ receiver: any FrameReceiver) {
        self.connection = connection
        self.receiver = receiver
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard failure == nil else { return }
        do {
            try parser.parse(unwrapInboundIn(data), into: &frames)
        } catch {
            failure = error
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        deliver()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { connection.drain() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        deliver()
        guard !isClosed else { return }
        isClosed = true
        receiver.closed(connection, failure)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failure = failure ?? error
        context.close(promise: nil)
    }

    private func deliver() {
        guard !frames.isEmpty else { return }
        let batch = frames
        frames = []
        receiver.received(batch, on: connection)
    }
}
