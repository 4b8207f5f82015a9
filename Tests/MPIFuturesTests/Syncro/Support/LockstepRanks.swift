// SPDX-License-Identifier: Apache-2.0
// Several ranks of a lockstep program in this process.

import Futures
import Synchronization

@testable import MPIFutures

/// Carries frames between jobs of this process, as bytes and in order.
final class LoopbackTransport: RankTransport {
    private struct State {
        var peers: [Int: LoopbackTransport] = [:]
        var outbox: [(frame: Frame, rank: Int)] = []
        var isCut = false
    }

    let rank: Int
    let size: Int
    private let state = Mutex(State())
    private let arrivals: AsyncStream<(frame: Frame, rank: Int)>.Continuation
    private let listening: Task<Void, Never>

    /// Connects ranks with each other; each hears the others on a Swift task of its own.
    static func connect(_ receivers: [any RankReceiver]) -> [LoopbackTransport] {
        let transports = receivers.enumerated().map { LoopbackTransport($0.offset, of: receivers.count, $0.element) }
        for transport in transports {
            transport.state.withLock { state in
                for other in transports { state.peers[other.rank] = other }
            }
        }
        return transports
    }

    private init(_ rank: Int, of size: Int, _ receiver: any RankReceiver) {
        self.rank = rank
        self.size = size
        let (stream, continuation) = AsyncStream.makeStream(of: (frame: Frame, rank: Int).self)
        arrivals = continuation
        listening = Task { [weak receiver] in
            for await (frame, rank) in stream { receiver?.received([frame], from: rank) }
        }
    }

    deinit { listening.cancel() }

    func enqueue(_ frame: Frame, to rank: Int) {
        precondition(rank != self.rank, "a frame to oneself")
        state.withLock { $0.outbox.append((frame, rank)) }
    }

    func flush() {
        state.withLock { state in
            // Under the lock, so that frames arrive in the order in which they were queued.
            for (frame, rank) in state.outbox where !state.isCut {
                state.peers[rank]?.arrivals.yield((Self.copied(frame), self.rank))
            }
            state.outbox = []
        }
    }

    /// Loses everything from now on, as a rank does that hangs.
    func cut() { state.withLock { $0.isCut = true } }

    /// A frame as it comes out at the other end of a wire.
    private static func copied(_ frame: Frame) -> Frame {
        // Who sends is known, as it is between ranks.
        var parser = FrameParser(trusted: FrameParser.memorySize)
        var frames: [Frame] = []
        do {
            try parser.parse(frame.bytes, into: &frames)
        } catch {
            preconditionFailure("the frame \(frame.kind) can't be read back: \(error)")
        }
        return frames[0]
    }
}

/// The ranks of one lockstep program, each with an executor.
struct LockstepRanks {
    let jobs: [LockstepJob]
    let transports: [LoopbackTransport]
    let backends: [SyncroBackend]

    init(_ size: Int, patience: Duration = .seconds(30), seed: UInt64 = 0) {
        let jobs = (0..<size).map { LockstepJob(rank: $0, size: size, patience: patience) }
        transports = LoopbackTransport.connect(jobs)
        for (job, transport) in zip(jobs, transports) { job.attach(transport) }
        self.jobs = jobs
        backends = jobs.map { SyncroBackend($0, seed: seed) }
    }

    /// Runs the program of every rank at the same time, and returns what each found.
    func run<Value: Sendable>(
        _ program: @escaping @Sendable (_ rank: Int, _ pool: MPIExecutor) async throws -> Value
    ) async throws -> [Value] {
        try await withThrowingTaskGroup(of: (Int, Value).self) { group in
            for (rank, backend) in backends.enumerated() {
                group.addTask { (rank, try await program(rank, MPIExecutor(backend, .syncro, "in a test"))) }
            }
            var values: [Int: Value] = [:]
            for try await (rank, value) in group { values[rank] = value }
            return values.sorted { $0.key < $1.key }.map(\.value)
        }
    }
}
