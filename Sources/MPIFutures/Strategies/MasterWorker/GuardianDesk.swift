// SPDX-License-Identifier: Apache-2.0
// Rank 0's connections to the guardians of the other ranks.

import Foundation
import Futures
import Synchronization

/// Listens to the guardians of workers on this host, which outlive their workers and say how they ended.
///
/// Work travels over MPI, which has no word for a process that died.
final class GuardianDesk: Sendable {
    /// Where guardians find rank 0.
    struct Address: Codable, Sendable {
        var socket: String
        var secret: [UInt8]
        /// Whether the job goes on without a worker that is lost.
        var isContinuous: Bool
    }

    private struct State {
        var directory: PoolDirectory?
        var listener: SocketListener?
        var connections: [Int: SocketConnection] = [:]
    }

    private let secret = Secret()
    private let state = Mutex(State())

    /// Opens the socket and says where it is.
    func open(_ pool: MasterWorkerPool) throws(ExecutorError) -> Address {
        let directory = try PoolDirectory()
        let listener = try SocketListener(path: directory.socket) { [self, weak pool] descriptor in
            guard let pool else {
                Glibc.close(descriptor)
                return
            }
            SocketConnection(descriptor, GuardianEndpoint(self, pool)).start()
        }
        state.withLock { state in
            state.directory = directory
            state.listener = listener
        }
        return Address(socket: directory.socket, secret: secret.bytes, isContinuous: pool.isContinuous)
    }

    /// Closes the socket and removes it.
    func close() {
        let (directory, listener) = state.withLock { state in
            defer {
                state.directory = nil
                state.listener = nil
            }
            return (state.directory, state.listener)
        }
        listener?.close()
        directory?.remove()
    }

    /// Has a guardian end its worker.
    func kill(_ rank: Int) {
        state.withLock { $0.connections[rank] }?.send(Frame(kind: .kill))
    }

    /// Takes a guardian in that can prove who it is; `nil` for anybody else.
    fileprivate func admit(_ frame: Frame, _ connection: SocketConnection) -> Int? {
        guard frame.kind == .hello, let hello = try? BinaryDecoder().decode(Hello.self, from: frame.body),
            hello.role == .guardian, secret.matches(hello.secret), hello.version == Hello.protocolVersion
        else { return nil }
        state.withLock { $0.connections[hello.rank] = connection }
        return hello.rank
    }

    fileprivate func remove(_ rank: Int) {
        state.withLock { _ = $0.connections.removeValue(forKey: rank) }
    }
}

/// Rank 0's end of one guardian's connection.
private final class GuardianEndpoint: FrameReceiver {
    private struct State {
        var rank: Int?
        var end: WorkerEnd?
    }

    private let desk: GuardianDesk
    private let pool: MasterWorkerPool
    private let state = Mutex(State())

    init(_ desk: GuardianDesk, _ pool: MasterWorkerPool) {
        self.desk = desk
        self.pool = pool
    }

    func received(_ frames: [Frame], on connection: SocketConnection) {
        for frame in frames {
            guard let rank = state.withLock({ $0.rank }) else {
                guard let rank = desk.admit(frame, connection) else { return connection.close() }
                state.withLock { $0.rank = rank }
                continue
            }
            switch frame.kind {
            case .output: pool.noteLine(String(decoding: frame.body, as: UTF8.self), of: rank)
            case .ended:
                // What can't be read is a loss all the same.
                pool.noteEnd(try? BinaryDecoder().decode(WorkerEnd.self, from: frame.body), of: rank)
            default: connection.close()
            }
        }
    }

    func closed(_ connection: SocketConnection) {
        guard let rank = state.withLock({ $0.rank }) else { return }
        desk.remove(rank)
        pool.noteEnd(nil, of: rank)
    }
}
