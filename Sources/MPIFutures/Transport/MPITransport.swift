// SPDX-License-Identifier: Apache-2.0
// Frames between the ranks of a job, over MPI point-to-point messages.

import Foundation
import Futures
import MPI
import Synchronization

/// Carries frames over a ``MessagePort``: small ones together, what is large from where it lies to where it stays.
///
/// A message is a series of frames. The body of the last one may be missing: it is large and follows by itself, and so do
/// the attachments of the last one.
final class MPITransport: RankTransport {
    /// Bodies above this travel by themselves.
    private static let largeBody = 1 << 13
    /// A message of small frames leaves when it has this many bytes.
    private static let fullMessage = 1 << 15
    /// Room that a message begins with.
    private static let usualMessage = 1 << 11
    /// How long after others a frame may wait for the transport's thread, which sends what has gathered, where that is
    /// awake.
    private static let patience = Duration.microseconds(20)

    private struct Outbox {
        var small: [[UInt8]]
        var touched: [Int] = []
        /// When something was last sent to each rank.
        var lastSent: [ContinuousClock.Instant]
        /// The transport's thread looks again and again, and sends what it finds.
        var isWatched = false
        /// Frames wait that were flushed.
        var isWaiting = false
        /// When something was last sent to anybody.
        var lastFlush = ContinuousClock.now
    }

    private struct Inbox {
        var parsers: [FrameParser]
        var failure: (any Error)?
    }

    /// How long to sleep while something large moves that may need this process, in nanoseconds.
    private static let shortestRest = 20_000
    /// After this time without a message a rank may sleep; it looks for messages at least twice as long.
    private static let wakefulness = Duration.milliseconds(1)

    /// From how many frames at once on they are a stream.
    private static let stream = 2

    /// How many frames came in when last any did.
    private let arrivals = Atomic<Int>(0)
    private let port: MessagePort
    private let bell: Doorbell
    /// The bells of the ranks on this host; `nil` for the others.
    private let bells: [String?]
    private let receiver: any RankReceiver
    private let outbox: Mutex<Outbox>
    private let inbox: Mutex<Inbox>

    /// Opens the transport of this rank; it receives from ``start()`` on.
    ///
    /// Collective over the job; on the MPI thread, after MPI was started.
    init(_ receiver: any RankReceiver) throws {
        // With a thread of its own the transport is never held up by a solve.
        let thread =
            MPIRuntime.shared.threadSupport == .multiple ? MPIThread(name: "mpi-messages") : MPIThread.shared
        port = try MessagePort(on: thread)
        self.receiver = receiver
        bell = try Doorbell { thread.wake() }
        let host = WorkerSetup.hostName
        bells = try port.introduce("\(host) \(bell.name)").map { text in
            let words = text.split(separator: " ")
            return words.count == 2 && words[0] == host ? String(words[1]) : nil
        }
        outbox = Mutex(
            Outbox(
                small: Array(repeating: [], count: port.size),
                lastSent: Array(repeating: .now, count: port.size)))
        inbox = Mutex(Inbox(parsers: Array(repeating: FrameParser(trusted: FrameParser.memorySize), count: port.size)))
    }

    /// Starts to receive.
    func start() {
        port.thread.setPoller(
            { [weak self] in self?.poll() ?? false }, isWoken: bells.allSatisfy { $0 != nil },
            // A stream of frames loses nothing while the thread naps; who waits for a single one would.
            mayNap: { [weak self] in self?.arrivals.load(ordering: .relaxed) ?? 0 >= Self.stream },
            restLimit: { [weak self] in self?.restLimit() ?? .max })
    }

    var rank: Int { port.rank }

    var size: Int { port.size }

    /// Whether a solve on the MPI thread leaves the transport free.
    var hasOwnThread: Bool { port.thread !== MPIThread.shared }

    func enqueue(_ frame: Frame, to rank: Int) {
        precondition(rank != port.rank, "rank \(rank) sent a frame to itself")
        outbox.withLock { outbox in
            if outbox.small[rank].isEmpty {
                outbox.touched.append(rank)
                outbox.small[rank].reserveCapacity(Self.usualMessage)
            }
            frame.writeHead(into: &outbox.small[rank])
            let isLarge = frame.body.count > Self.largeBody
            if !isLarge { outbox.small[rank] += frame.body }
            let isFull = outbox.small[rank].count >= Self.fullMessage
            guard isLarge || isFull || !frame.attachments.isEmpty else { return }
            send(rank, &outbox)
            if isLarge { port.send(frame.body, .body, to: rank) }
            for attachment in frame.attachments {
                port.send(PortMemory(attachment.memory, keptBy: attachment), .body, to: rank)
            }
        }
    }

    func flush() {
        outbox.withLock { outbox in
            guard !outbox.touched.isEmpty else { return }
            let now = ContinuousClock.now
            // Frames that leave together cost a fraction of what they cost one by one: those of a burst wait a moment.
            if outbox.isWatched && now - outbox.lastFlush < Self.patience {
                outbox.isWaiting = true
            } else {
                sendAll(&outbox, now)
            }
        }
    }

    private func sendAll(_ outbox: inout Outbox, _ now: ContinuousClock.Instant = .now) {
        for rank in outbox.touched where !outbox.small[rank].isEmpty { send(rank, &outbox) }
        outbox.touched.removeAll(keepingCapacity: true)
        outbox.isWaiting = false
        outbox.lastFlush = now
    }

    /// The thread is about to sleep: from now on who flushes sends.
    private func restLimit() -> Int {
        let mayRest = outbox.withLock { outbox in
            outbox.isWatched = outbox.isWaiting
            return !outbox.isWatched
        }
        if !mayRest { return 0 }
        return port.isBusy ? Self.shortestRest : .max
    }

    /// Sends everything that is queued, and then nothing more; waits until it has left.
    func finish() async {
        outbox.withLock { sendAll(&$0) }
        while !port.isDrained { await Task.yield() }
    }

    /// Stops receiving and sending; what is under way is left to MPI.
    func close() {
        port.thread.setPoller(nil)
        port.close()
        bell.close()
    }

    /// Stops, and returns when no look at MPI is under way any more.
    func stop() async {
        close()
        // Looks and jobs of the thread take turns.
        await Task(executorPreference: port.thread) {}.value
    }

    private func send(_ rank: Int, _ outbox: inout Outbox) {
        port.send(outbox.small[rank], to: rank)
        outbox.small[rank] = []
        let now = ContinuousClock.now
        if now - outbox.lastSent[rank] > Self.wakefulness, let name = bells[rank] { bell.ring(name) }
        outbox.lastSent[rank] = now
    }

    private func poll() -> Bool {
        outbox.withLock { outbox in
            outbox.isWatched = true
            guard outbox.isWaiting else { return }
            let now = ContinuousClock.now
            if now - outbox.lastFlush >= Self.patience { sendAll(&outbox, now) }
        }
        var arrived: [(rank: Int, frames: [Frame])] = []
        let hasMoved = inbox.withLock { inbox in
            guard inbox.failure == nil else { return false }
            do {
                return try port.poll { arrival, rank in
                    let frames = take(arrival, rank, &inbox)
                    if arrived.last?.rank == rank {
                        arrived[arrived.count - 1].frames += frames
                    } else if !frames.isEmpty {
                        arrived.append((rank, frames))
                    }
                    return inbox.parsers[rank].landing.map { PortMemory(receiving: $0.memory, keptBy: $0.owner) }
                }
            } catch {
                inbox.failure = error
                return true
            }
        }
        if !arrived.isEmpty { arrivals.store(arrived.reduce(0) { $0 + $1.frames.count }, ordering: .relaxed) }
        for (rank, frames) in arrived { receiver.received(frames, from: rank) }
        if hasMoved, let failure = inbox.withLock({ $0.failure }) { receiver.failed(failure) }
        return hasMoved
    }

    private func take(_ arrival: MessagePort.Arrival, _ rank: Int, _ inbox: inout Inbox) -> [Frame] {
        var frames: [Frame] = []
        do {
            switch arrival {
            case .message(let bytes):
                try bytes.withUnsafeBytes { try inbox.parsers[rank].parse($0, into: &frames) }
            case .body:
                inbox.parsers[rank].landed(inbox.parsers[rank].landing?.memory.count ?? 0, into: &frames)
            }
        } catch {
            inbox.failure = error
        }
        return frames
    }
}
