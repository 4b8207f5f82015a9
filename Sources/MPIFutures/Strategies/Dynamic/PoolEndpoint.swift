// SPDX-License-Identifier: Apache-2.0
// The pool's end of one connection.

import Futures
import Synchronization

/// Listens to one connection: first to its handshake, then for its worker or guardian.
final class PoolEndpoint: FrameReceiver {
    /// Who is on the other end.
    private enum Peer {
        case stranger
        case worker(WorkerID)
        case guardian(JobID, rank: Int)
        case refused
    }

    private let peer = Mutex(Peer.stranger)
    private let pool: DynamicPool
    private let isProven: Bool

    /// Listens for a pool; `isProven` where the other end has proven that it knows the pool's secret.
    init(_ pool: DynamicPool, isProven: Bool) {
        self.pool = pool
        self.isProven = isProven
    }

    /// Whether the handshake is still missing.
    var isStranger: Bool {
        if case .stranger = peer.withLock({ $0 }) { return true }
        return false
    }

    func received(_ frames: [Frame], on connection: SocketConnection) {
        var frames = frames[...]
        if isStranger, let first = frames.popFirst() { greet(first, connection) }
        guard !frames.isEmpty else { return }
        switch peer.withLock({ $0 }) {
        case .worker(let worker): deliver(frames, from: worker, connection)
        case .guardian(let job, let rank): for frame in frames { pool.guardianSaid(frame, job, rank) }
        case .stranger, .refused: break
        }
    }

    func closed(_ connection: SocketConnection) {
        switch peer.withLock({ $0 }) {
        case .worker(let worker): pool.workerDisconnected(worker)
        case .guardian(let job, let rank): pool.guardianDisconnected(job, rank)
        case .stranger, .refused: break
        }
    }

    private func greet(_ frame: Frame, _ connection: SocketConnection) {
        do {
            guard frame.kind == .hello else {
                throw ExecutorError(.protocolViolation, "the first message was no hello")
            }
            let hello = try BinaryDecoder().decode(Hello.self, from: frame.body)
            try pool.check(hello, isProven: isProven)
            switch hello.role {
            case .worker:
                let worker = try pool.admit(hello, connection)
                peer.withLock { $0 = .worker(worker) }
                connection.trust()
                pool.joined(worker, hello)
            case .guardian:
                try pool.admitGuardian(hello, connection)
                peer.withLock { $0 = .guardian(JobID(hello.job), rank: hello.rank) }
            }
        } catch {
            peer.withLock { $0 = .refused }
            if pool.isClosing {
                connection.send(Frame(kind: .leave))
                return
            }
            connection.send(Frame(kind: .refused, body: Array("\(error)".utf8)))
            connection.close()
        }
    }

    private func deliver(_ frames: ArraySlice<Frame>, from worker: WorkerID, _ connection: SocketConnection) {
        let reports = frames.compactMap { WorkerReport($0) }
        guard reports.count == frames.count else {
            // A worker that speaks nonsense is ended; its tasks fail as with any other loss.
            connection.close()
            pool.end(worker)
            return
        }
        pool.deliver(reports, from: worker)
    }
}
