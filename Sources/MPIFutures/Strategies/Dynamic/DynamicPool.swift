// SPDX-License-Identifier: Apache-2.0
// The workers of the dynamic strategy.

import Futures
import NIOCore
import NIOPosix
import Synchronization

/// Owns the jobs and connections of a pool whose workers are started on demand.
///
/// The program is no MPI process: workers are children of a launcher, connected by a Unix-domain socket. What happens
/// to their processes is decided by a ``JobStateMachine`` per job, what happens to tasks by the dispatcher.
final class DynamicPool: WorkerPool {
    /// What a pool is made of.
    struct Configuration: Sendable {
        var workers: Int
        var launcher: Launcher
        var program: String
        var arguments: [String]
        var environment: [String: String]
        var bootDeadline: Duration
        var isRoot: Bool
    }

    struct Worker {
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
        var workers: [WorkerID: Worker] = [:]
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

    /// The socket that workers connect to, and who listens to it.
    private struct Listener {
        var directory: PoolDirectory
        var channel: EventLoopFuture<any Channel>
    }

    private struct WeakDispatcher {
        weak var dispatcher: Dispatcher?
    }

    init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    /// The directory of the pool's socket; `nil` before the first job and after the last.
    var directory: PoolDirectory? { listener.withLock { $0?.directory } }

    var dispatcher: Dispatcher? { dispatcherSlot.withLock { $0.dispatcher } }

    /// Whether the pool is on its way out: whoever connects now is sent away without a complaint.
    var isClosing: Bool { state.withLock { $0.isClosing } }

    func attach(_ dispatcher: Dispatcher) {
        dispatcherSlot.withLock { $0.dispatcher = dispatcher }
    }

    /// Opens the socket that workers connect to, where it isn't open; the result is its path.
    ///
    /// Not before the first job: from then on there are processes that remove it, however this one ends.
    func listen() throws(ExecutorError) -> EventLoopFuture<String> {
        let listener = try listener.withLock { listener throws(ExecutorError) -> Listener in
            if let listener { return listener }
            let directory = try PoolDirectory()
            let channel = ServerBootstrap(group: MultiThreadedEventLoopGroup.pools)
                .childChannelInitializer { [weak self] channel in
                    guard let self else { return channel.close() }
                    return self.accept(channel)
                }
                .childChannelOption(.recvAllocator, value: AdaptiveRecvByteBufferAllocator.frames)
                .bind(unixDomainSocketPath: directory.socket)
            let opened = Listener(directory: directory, channel: channel)
            listener = opened
            return opened
        }
        return listener.channel.map { _ in listener.directory.socket }
    }

    /// Stops listening and removes the socket.
    func stopListening() {
        let listener = listener.withLock { listener in
            defer { listener = nil }
            return listener
        }
        listener?.channel.whenSuccess { $0.close(promise: nil) }
        listener?.directory.remove()
    }

    private func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
        let endpoint = PoolEndpoint(self)
        channel.eventLoop.scheduleTask(in: .seconds(20)) {
            if endpoint.isStranger { channel.close(promise: nil) }
        }
        return PeerCredentials.check(channel).flatMapThrowing {
            try channel.pipeline.syncOperations.addHandler(FrameHandler(SocketConnection(channel), endpoint))
        }
    }
}

// MARK: - WorkerPool

extension DynamicPool {
    func send(_ command: WorkerCommand, to worker: WorkerID) {
        state.withLock { state in
            guard let connection = state.workers[worker]?.connection, let frame = Self.frame(command, state) else {
                return
            }
            connection.enqueue(frame)
            if state.touched.last !== connection { state.touched.append(connection) }
        }
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
        _ = dispatcher?.after(configuration.bootDeadline) { dispatcher in
            dispatcher.collectiveTimedOut(job)
        }
    }

    func end(_ worker: WorkerID) {
        let guardian = state.withLock { state in
            state.workers[worker].flatMap { state.jobs[$0.job]?.guardians[$0.rank] }
        }
        guardian?.send(Frame(kind: .kill))
    }

    private static func frame(_ command: WorkerCommand, _ state: State) -> Frame? {
        switch command {
        case .run(let task, let submission, let seat):
            guard case .encoded(let payload) = submission.body else {
                preconditionFailure("a task of this process was sent to a worker")
            }
            let ranks = seat?.members.compactMap { state.workers[$0]?.rank } ?? []
            return RunOrder.frame(task, submission.header, payload, rank: seat?.rank ?? 0, members: ranks)
        case .cancel(let task): return Frame(kind: .cancel, task: task.number)
        case .revoke(let task): return Frame(kind: .revoke, task: task.number)
        case .abandon(let task): return Frame(kind: .abandon, task: task.number)
        case .prepareCollective: return Frame(kind: .prepareCollective)
        case .leave: return Frame(kind: .leave)
        }
    }
}
