// SPDX-License-Identifier: Apache-2.0
// The thread that waits for sockets.

import CEpoll
import Foundation
import Futures
import Synchronization

/// Whoever owns a descriptor that the loop watches; called on the loop's thread.
protocol SocketHandler: AnyObject, Sendable {
    /// There is something to read, or the end.
    func readable()
    /// There is room to write again; only after ``SocketLoop/watchWritable(_:_:)`` asked for it.
    func writable()
}

/// One thread per process that waits, by epoll, for the sockets of pools or of a worker.
///
/// Writing does not go through it: whoever has something to send writes to the socket itself, and the loop takes over
/// where the socket is full. That spares a change of threads in each direction of a round trip.
final class SocketLoop: Sendable {
    private struct State {
        var handlers: [Int32: any SocketHandler] = [:]
        var ticker: (@Sendable () -> Bool)?
        /// Counts the tickers, so that the end of one does not end its successor.
        var tickerCount: UInt64 = 0
        /// The loop's thread, once it runs.
        var thread: pthread_t?
    }

    /// How long the loop looks again and again for the next message after one came.
    ///
    /// A processor that went to sleep takes tens of microseconds to wake up, on virtual machines more than a whole round
    /// trip takes without. Whoever else wants the processor gets it at once.
    private static let spin = Duration.microseconds(100)

    /// The loop of this process.
    static let shared = SocketLoop()

    private let epoll: Int32
    /// Both ends of a pipe that wakes the loop.
    private let wakes: (reader: Int32, writer: Int32)
    private let state = Mutex(State())

    private init() {
        epoll = CEpoll_create()
        var pipes: [Int32] = [-1, -1]
        precondition(
            epoll >= 0 && pipe(&pipes) == 0, "no epoll instance could be made: \(String(cString: strerror(errno)))")
        wakes = (pipes[0], pipes[1])
        for descriptor in pipes {
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
        _ = CEpoll_control(epoll, CEpoll_add, wakes.reader, 0)
        let thread = Thread { [self] in run() }
        thread.name = "pool-sockets"
        thread.start()
    }

    /// Watches a descriptor from now on, and keeps its handler alive until ``remove(_:)``.
    func add(_ descriptor: Int32, _ handler: any SocketHandler) {
        state.withLock { $0.handlers[descriptor] = handler }
        _ = CEpoll_control(epoll, CEpoll_add, descriptor, 0)
    }

    /// Says when there is room to write, or stops doing so.
    func watchWritable(_ descriptor: Int32, _ watches: Bool) {
        // A descriptor that was closed meanwhile needs nothing any more.
        _ = CEpoll_control(epoll, CEpoll_change, descriptor, watches ? 1 : 0)
    }

    /// Closes a descriptor; on the loop's thread, so that no other event of it is on its way.
    func remove(_ descriptor: Int32) {
        let known = state.withLock { $0.handlers.removeValue(forKey: descriptor) }
        guard known != nil else { return }
        _ = CEpoll_control(epoll, CEpoll_remove, descriptor, 0)
        close(descriptor)
    }

    /// Calls a body every millisecond, as long as it says so.
    func tick(_ body: @escaping @Sendable () -> Bool) {
        let isOnLoop = state.withLock { state in
            state.ticker = body
            state.tickerCount += 1
            return state.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false
        }
        guard !isOnLoop else { return }
        // The loop may sleep; a pipe that is full has woken it.
        var byte: UInt8 = 0
        _ = write(wakes.writer, &byte, 1)
    }

    private func run() -> Never {
        state.withLock { $0.thread = pthread_self() }
        var events = [CEpoll_event](repeating: CEpoll_event(), count: 64)
        var nextTick = ContinuousClock.now
        var spinEnd = nextTick
        while true {
            let (ticker, number) = state.withLock { ($0.ticker, $0.tickerCount) }
            let isSpinning = ContinuousClock.now < spinEnd
            let limit: Int32 = isSpinning ? 0 : ticker == nil ? -1 : 1
            let count = CEpoll_wait(epoll, &events, Int32(events.count), limit)
            precondition(count >= 0 || errno == EINTR, "epoll_wait failed: \(String(cString: strerror(errno)))")
            let arrived = events.prefix(max(Int(count), 0))
            for event in arrived { dispatch(event) }
            if arrived.contains(where: { $0.descriptor != wakes.reader }) {
                spinEnd = ContinuousClock.now + Self.spin
            } else if isSpinning {
                sched_yield()
            }
            guard let ticker, ContinuousClock.now >= nextTick else { continue }
            nextTick = ContinuousClock.now + .milliseconds(1)
            if !ticker() { state.withLock { if $0.tickerCount == number { $0.ticker = nil } } }
        }
    }

    private func dispatch(_ event: CEpoll_event) {
        let descriptor = event.descriptor
        if descriptor == wakes.reader {
            var bytes: (UInt64, UInt64) = (0, 0)
            while read(descriptor, &bytes, 16) == 16 {}
            return
        }
        if event.isWritable != 0, let handler = state.withLock({ $0.handlers[descriptor] }) {
            handler.writable()
        }
        if event.isReadable != 0, let handler = state.withLock({ $0.handlers[descriptor] }) {
            handler.readable()
        }
    }
}

/// Hands out the connections of a listening socket.
final class SocketListener: SocketHandler {
    private let descriptor: Int32
    private let accepted: @Sendable (Int32) -> Void

    /// Listens at a path; `accepted` is called on the loop's thread and owns the descriptor.
    init(path: String, accepted: @escaping @Sendable (Int32) -> Void) throws(ExecutorError) {
        descriptor = try UnixSocket.listen(at: path)
        self.accepted = accepted
        SocketLoop.shared.add(descriptor, self)
    }

    func readable() {
        while let connection = UnixSocket.accept(descriptor) { accepted(connection) }
    }

    func writable() {}

    /// Stops listening.
    func close() {
        SocketLoop.shared.remove(descriptor)
    }
}
