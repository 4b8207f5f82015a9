// SPDX-License-Identifier: Apache-2.0
// The workers of the dynamic strategy.

import Foundation
import Futures
import Synchronization

/// Owns the jobs and connections of a pool whose workers are started on demand.
///
/// The program is no MPI process: workers are children of a launcher, connected by a Unix-domain
/// socket, or by TCP where there are other hosts. What happens
/// to their processes is decided by a ``JobStateMachine`` per job, what happens to tasks by the dispatcher.
final class DynamicPool: WorkerPool {
    /// What a pool is made of.
    struct Configuration: Sendable {
        var workers: Int
        var launcher: Launcher
        var allocation: Allocation?
        var reach = PoolReach.thisHost
        var program: String
        var arguments: [String]
        var environment: [String: String]
        var bootDeadline: Duration
        var isRoot: Bool
    }

    struct Worker: Sendable {
        var job: JobID
        var rank: Int
        var pid: Int32
        var host: String
        var connection: SocketConnection
    }

    struct Job {
        var machine: JobStateMachine
        var launcher: LauncherProcess
        var workers: [Int: WorkerID] = [:]
        var guardians: [Int: SocketConnection] = [:]
        var lastLines: [Int: [String]] = [:]
    }

    struct State {
        var workers = DenseTable<WorkerID, Worker>()
        var jobs: [JobID: Job] = [:]
        var touched: [SocketConnection] = []
        var nextWorker = 0
        var nextJob = 0
        var isClosing = false
        var closeWaiters: [CheckedContinuation<Void, Never>] = []
    }

    let configuration: Configuration
    let secret = Secret()
    let state = Mutex(State())
    private let listener = Mutex<Listener?>(nil)
    private let dispatcherSlot = Mutex(WeakDispatcher())

    /// What workers connect to.
    private enum Listener {
        /// A socket in a directory of its own.
        case local(PoolDirectory, SocketListener)
        /// A port that other hosts can reach.
        case network(TCPListener)

        var address: PoolAddress {
            switch self {
            case .local(let directory, _): .local(path: directory.socket)
            case .network(let listener): listener.address
            }
        }
    }

    private struct WeakDispatcher {
        weak var dispatcher: Dispatcher?
    }

    init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    /// The directory of the pool's socket; `nil` before the first job and after the last, and on the network.
    var directory: PoolDirectory? {
        if case .local(let directory, _) = listener.withLock({ $0 }) { return directory }
        return nil
    }

    /// Where the pool listens; `nil` before the first job and after the last.
    var address: PoolAddress? { listener.withLock { $0?.address } }

    var dispatcher: Dispatcher? { dispatcherSlot.withLock { $0.dispatcher } }

    /// Whether the pool is on its way out: whoever connects now is sent away without a complaint.
    var isClosing: Bool { state.withLock { $0.isClosing } }

    func attach(_ dispatcher: Dispatcher) {
        dispatcherSlot.withLock { $0.dispatcher = dispatcher }
    }

    /// Opens the socket that workers connect to, where it isn't open.
    ///
    /// Not before the first job: from then on there are processes that remove it, however this one ends.
    func listen() throws(ExecutorError) -> PoolAddress {
        try listener.withLock { listener throws(ExecutorError) in
            if let listener { return listener.address }
            let new: Listener
            switch configuration.reach {
            case .thisHost: new = try listenHere()
            case .hosts(let address):
                new = .network(
                    try TCPListener(address: address, secret: secret) { [weak self] descriptor in
                        if let self { accept(descriptor, isProven: true) } else { SocketLoop.shared.remove(descriptor) }
                    })
            }
            listener = new
            return new.address
        }
    }

    private func listenHere() throws(ExecutorError) -> Listener {
        let directory = try PoolDirectory()
        do throws(ExecutorError) {
            let socket = try SocketListener(path: directory.socket) { [weak self] descriptor in
                if let self { accept(descriptor, isProven: false) } else { Glibc.close(descriptor) }
            }
            return .local(directory, socket)
        } catch {
            directory.remove()
            throw error
        }
    }

    /// Stops listening and removes the socket.
    func stopListening() {
        switch listener.withLock({ $0.take() }) {
        case .local(let directory, let socket):
            socket.close()
            directory.remove()
        case .network(let listener): listener.close()
        case nil: break
        }
    }
}

// MARK: - WorkerPool

extension DynamicPool {
    func send(_ command: WorkerCommand, to worker: WorkerID) {
        let target = state.withLock { state -> (connection: SocketConnection, members: [Int])? in
            guard let connection = state.workers[worker]?.connection else { return nil }
            if state.touched.last !== connection { state.touched.append(connection) }
            guard case .run(_, _, let seat?) = command else { return (connection, []) }
            return (connection, seat.members.compactMap { state.workers[$0]?.rank })
        }
        guard let (connection, members) = target, let frame = command.frame(members: members) else { return }
        connection.enqueue(frame)
    }

    func flush() {
        let touched = state.withLock { state in
            defer { state.touched.removeAll(keepingCapacity: true) }
            return state.touched
        }
        for connection in touched { connection.flush() }
    }

    func prepareCollective(_ job: JobID) {
        let members = state.withLock { $0.jobs[job].map { Array($0.workers.values) } ?? [] }
        for worker in members { send(.prepareCollective, to: worker) }
        flush()
        after(configuration.bootDeadline) { $0.dispatcher?.collectiveTimedOut(job) }
    }

    func end(_ worker: WorkerID) {
        let guardian = state.withLock { state in
            state.workers[worker].flatMap { state.jobs[$0.job]?.guardians[$0.rank] }
        }
        guardian?.send(Frame(kind: .kill))
    }
}
