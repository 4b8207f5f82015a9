// SPDX-License-Identifier: Apache-2.0
// The workers of an MPI job, as rank 0 sees them.

import CWorkerEntry
import Foundation
import Futures
import MPI
import Synchronization

/// Carries commands to the other ranks of the job over MPI, and to this process where it takes part in gangs.
///
/// A worker's number is its rank. The processes exist as long as the job does: none is started here, and one that is lost
/// is not replaced.
final class MasterWorkerPool: WorkerPool {
    private struct Peer {
        var pid: Int32
        var host: String
    }

    private struct State {
        weak var dispatcher: Dispatcher?
        var transport: MPITransport?
        var desk: WorkerDesk?
        var peers: [Int: Peer] = [:]
        var left: Set<Int> = []
        var lost: Set<Int> = []
        var leaveWaiters: [CheckedContinuation<Void, Never>] = []
        var isLeaving = false
        var lastLines: [Int: [String]] = [:]
    }

    /// The ranks of the job share one world.
    static let job = JobID(0)

    /// The number of ranks.
    let size: Int
    /// Whether the job goes on without a worker that is lost.
    let isContinuous: Bool
    /// Connections to the guardians of the workers on this host.
    let guardians = GuardianDesk()
    /// Starts the job; called by the dispatcher's need for workers.
    private let start: @Sendable () -> Void
    private let state = Mutex(State())

    init(size: Int, isContinuous: Bool, start: @escaping @Sendable () -> Void) {
        self.size = size
        self.isContinuous = isContinuous
        self.start = start
    }

    /// Gives the workers to a dispatcher.
    func attach(_ dispatcher: Dispatcher) {
        state.withLock { $0.dispatcher = dispatcher }
    }

    /// MPI runs: from now on there is a way to the other ranks.
    ///
    /// - Parameter desk: Runs this process's part of gangs, or everything where there is no other rank.
    func connect(_ transport: MPITransport, desk: WorkerDesk?) {
        state.withLock { state in
            state.transport = transport
            state.desk = desk
        }
    }

    /// Whether every worker that was there has said that it leaves.
    var allHaveLeft: Bool { state.withLock { $0.left.isSuperset(of: $0.peers.keys) } }

    /// Whether a worker was lost.
    var hasLosses: Bool { state.withLock { !$0.lost.isEmpty } }

    /// The ranks that have not said hello.
    var missing: [Int] { state.withLock { state in (1..<max(size, 1)).filter { state.peers[$0] == nil } } }

    /// The hosts of the workers that are there, in words.
    var hosts: [String] { state.withLock { Set($0.peers.values.map(\.host)).sorted() } }

    /// A worker has said hello.
    ///
    /// - Returns: Whether it was the last one.
    func admit(_ hello: Hello, rank: Int) -> Bool {
        state.withLock { state in
            state.peers[rank] = Peer(pid: hello.pid, host: hello.host)
            return state.peers.count == size - 1
        }
    }

    func send(_ command: WorkerCommand, to worker: WorkerID) {
        var members: [Int] = []
        if case .run(_, _, let seat?) = command { members = seat.members.map(\.number) }
        guard let frame = command.frame(members: members) else { return }
        let (transport, desk) = state.withLock { ($0.transport, $0.desk) }
        if worker.number != 0 {
            transport?.enqueue(frame, to: worker.number)
        } else {
            // This process understands its own frames.
            try? desk?.obey([frame]) { _ in }
        }
    }

    func flush() {
        state.withLock { $0.transport }?.flush()
    }

    func startJob() {
        start()
    }

    func prepareCollective(_ job: JobID) {
        // The job is complete only when all of its ranks have initialised MPI.
    }

    func end(_ worker: WorkerID) {
        // Rank 0 can't end itself; its part of the gang ends when its body returns.
        if worker.number != 0 { guardians.kill(worker.number) }
    }
}

// MARK: - What workers and their guardians say

extension MasterWorkerPool {
    /// Passes reports on.
    func deliver(_ reports: [WorkerReport], from rank: Int) {
        state.withLock { $0.dispatcher }?.received(reports, from: WorkerID(rank))
    }

    /// A worker has left on request.
    func noteLeft(_ rank: Int) {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.left.insert(rank)
            return takeWaitersIfDone(&state)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Keeps a worker's last lines on standard error: they often say why it died.
    func noteLine(_ line: String, of rank: Int) {
        state.withLock { $0.lastLines[rank] = ($0.lastLines[rank] ?? []).suffix(19) + [line] }
    }

    /// A worker's process has ended; its guardian says how, where it could.
    func noteEnd(_ end: WorkerEnd?, of rank: Int) {
        let loss = state.withLock { state -> (Dispatcher?, Peer?, [String])? in
            guard !state.left.contains(rank), !state.isLeaving, state.lost.insert(rank).inserted else { return nil }
            return (state.dispatcher, state.peers[rank], state.lastLines[rank] ?? [])
        }
        guard let (dispatcher, peer, lines) = loss else { return }
        let place = peer.map { " (process \($0.pid) on \($0.host))" } ?? ""
        let text = "the worker of rank \(rank)\(place) \(WorkerEnding.describe(end, lines))"
        if isContinuous {
            var error = ExecutorError(.workerLost, text)
            error.lostItem = end?.item
            dispatcher?.workerLost(WorkerID(rank), end.map { .known($0.task.map { TaskID($0) }) } ?? .unknown, error)
        } else {
            state.withLock { $0.desk }?.gangs.abandonAll(because: text)
            dispatcher?.poolFailed(
                ExecutorError(
                    .workerLost,
                    text + "; the job ends with it (with `swift-mpirun --continuous` the others would go on)"))
        }
    }

    /// Asks every worker to leave, and waits until all have said that they do.
    func dismissAll() async {
        let (transport, ranks) = state.withLock { state in
            state.isLeaving = true
            return (state.transport, state.peers.keys.filter { !state.lost.contains($0) })
        }
        state.withLock { $0.desk }?.gangs.abandonAll(because: "the program ends")
        for rank in ranks { transport?.enqueue(Frame(kind: .leave), to: rank) }
        transport?.flush()
        await withCheckedContinuation { continuation in
            let waiters = state.withLock { state in
                state.leaveWaiters.append(continuation)
                return takeWaitersIfDone(&state)
            }
            for waiter in waiters { waiter.resume() }
        }
    }

    private func takeWaitersIfDone(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
        guard state.left.union(state.lost).isSuperset(of: state.peers.keys) else { return [] }
        defer { state.leaveWaiters = [] }
        return state.leaveWaiters
    }
}

/// The way from this process's own part in gangs back to its dispatcher.
struct LoopbackLink: FrameLink {
    let pool: MasterWorkerPool

    func enqueue(_ frame: Frame) {
        if let report = WorkerReport(frame) { pool.deliver([report], from: 0) }
    }

    func flush() {}
}
