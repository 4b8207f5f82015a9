// SPDX-License-Identifier: Apache-2.0
// What comes in over the connections of a dynamic pool.

import Futures
import Synchronization

extension DynamicPool {
    /// How long who connects may take to say who it is.
    private static let handshakeLimit = Duration.seconds(20)

    /// Listens to somebody who has connected, and who has proven to know the secret where that is so.
    func accept(_ descriptor: Int32, isProven: Bool) {
        let endpoint = PoolEndpoint(self, isProven: isProven)
        let connection = SocketConnection(descriptor, endpoint)
        connection.start()
        after(Self.handshakeLimit) { _ in if endpoint.isStranger { connection.close() } }
    }

    /// Refuses whoever was not started by this pool from this executable.
    func check(_ hello: Hello, isProven: Bool) throws(ExecutorError) {
        guard isProven || secret.matches(hello.secret) else {
            throw ExecutorError(.protocolViolation, "the hello does not carry this pool's secret")
        }
        guard hello.version == Hello.protocolVersion else {
            throw ExecutorError(
                .protocolViolation,
                "the worker speaks protocol \(hello.version), the program \(Hello.protocolVersion)")
        }
        guard hello.image == ImageIdentity.current else {
            throw ExecutorError(
                .imageMismatch,
                "the worker runs build \(hello.image), the program build \(ImageIdentity.current): the executable was "
                    + "replaced while the program ran; start the program again")
        }
    }

    /// Registers a worker that said hello; it joins with ``joined(_:_:)``.
    func admit(_ hello: Hello, _ connection: SocketConnection) throws(ExecutorError) -> WorkerID {
        let worker = state.withLock { state -> WorkerID? in
            let job = JobID(hello.job)
            guard state.jobs[job] != nil, !state.isClosing, 0..<configuration.workers ~= hello.rank,
                state.jobs[job]?.workers[hello.rank] == nil
            else { return nil }
            let worker = WorkerID(state.nextWorker)
            state.nextWorker += 1
            state.jobs[job]?.workers[hello.rank] = worker
            state.workers[worker] = Worker(
                job: job, rank: hello.rank, pid: hello.pid, host: hello.host, connection: connection)
            return worker
        }
        guard let worker else {
            throw ExecutorError(
                .protocolViolation, "job \(hello.job) has no place for rank \(hello.rank), or has it already")
        }
        return worker
    }

    /// Welcomes an admitted worker and gives it to the dispatcher.
    func joined(_ worker: WorkerID, _ hello: Hello) {
        guard let record = state.withLock({ $0.workers[worker] }) else { return }
        record.connection.send(Frame(kind: .welcome, number: UInt64(record.rank)))
        var refused = false
        event(record.job) { machine in
            guard let actions = machine.workerConnected(rank: hello.rank) else {
                refused = true
                return []
            }
            return actions
        }
        if refused { record.connection.close() }
    }

    /// Registers a guardian.
    func admitGuardian(_ hello: Hello, _ connection: SocketConnection) throws(ExecutorError) {
        let isWelcome = state.withLock { state in
            let job = JobID(hello.job)
            guard state.jobs[job]?.machine.guardianConnected(rank: hello.rank) == true else { return false }
            state.jobs[job]?.guardians[hello.rank] = connection
            return true
        }
        guard isWelcome else {
            throw ExecutorError(.protocolViolation, "job \(hello.job) expects no guardian of rank \(hello.rank)")
        }
    }

    /// Passes a worker's reports on.
    func deliver(_ reports: [WorkerReport], from worker: WorkerID) {
        dispatcher?.received(reports, from: worker)
    }

    /// A worker's connection ended.
    func workerDisconnected(_ worker: WorkerID) {
        guard let record = state.withLock({ $0.workers[worker] }) else { return }
        event(record.job) { $0.workerDisconnected(rank: record.rank) }
    }

    /// A guardian's connection ended.
    func guardianDisconnected(_ job: JobID, _ rank: Int) {
        state.withLock { _ = $0.jobs[job]?.guardians.removeValue(forKey: rank) }
        event(job) { $0.guardianDisconnected(rank: rank) }
    }

    /// A guardian passed a line of output on, or reported its worker's end.
    func guardianSaid(_ frame: Frame, _ job: JobID, _ rank: Int) {
        switch frame.kind {
        case .output:
            let line = String(decoding: frame.body, as: UTF8.self)
            let isError = frame.task == 2
            if isError { keep(line, job, rank) }
            OutputRelay.write(line, isError: isError, worker: rank)
        case .ended:
            do {
                let end = try BinaryDecoder().decode(WorkerEnd.self, from: frame.body)
                event(job) { $0.ended(rank: rank, end) }
            } catch {
                // Then the grace that follows the worker's disconnection ends it without a report.
                return
            }
        default:
            break
        }
    }

    /// Keeps a worker's last lines on standard error: they often say why it died.
    private func keep(_ line: String, _ job: JobID, _ rank: Int) {
        state.withLock { state in
            guard state.jobs[job] != nil else { return }
            var lines = state.jobs[job]?.lastLines[rank] ?? []
            lines.append(line)
            state.jobs[job]?.lastLines[rank] = lines.suffix(20)
        }
    }

    /// Lets every worker leave, and waits until nothing of the pool is left; what does not leave is ended.
    func close() async {
        let workers = state.withLock { state in
            state.isClosing = true
            return state.workers.keys
        }
        for worker in workers { send(.leave, to: worker) }
        flush()
        for (delay, stage) in [(Duration.seconds(3), 1), (.seconds(4), 2), (.seconds(6), 3)] {
            after(delay) { $0.insist(stage) }
        }
        await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if !state.jobs.isEmpty { state.closeWaiters.append(continuation) }
                return state.jobs.isEmpty
            }
            if isClosed { continuation.resume() }
        }
        stopListening()
        await OutputRelay.drain()
    }

    /// Ends what did not leave: workers by their guardians, then the launcher, then nobody waits any more.
    private func insist(_ stage: Int) {
        let (guardians, launchers) = state.withLock { state in
            (state.jobs.values.flatMap { Array($0.guardians.values) }, state.jobs.values.map(\.launcher))
        }
        for guardian in guardians { guardian.send(Frame(kind: .kill)) }
        if stage >= 2 { for launcher in launchers { launcher.terminate() } }
        guard stage >= 3 else { return }
        let waiters = state.withLock { state in
            defer { state.closeWaiters = [] }
            return state.closeWaiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
