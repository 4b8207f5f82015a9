// SPDX-License-Identifier: Apache-2.0
// Jobs of a dynamic pool: how they start, and what their machine wants done.

import Futures
import Synchronization

extension DynamicPool {
    func startJob() {
        let (id, launcher) = state.withLock { state in
            let id = JobID(state.nextJob)
            state.nextJob += 1
            let launcher = LauncherProcess()
            state.jobs[id] = Job(machine: JobStateMachine(size: configuration.workers), launcher: launcher)
            return (id, launcher)
        }
        do {
            launch(id, launcher, try listen())
        } catch {
            // The job can't be started at all.
            dispatcher?.jobFailed(error)
            forget(id)
        }
    }

    private func launch(_ id: JobID, _ launcher: LauncherProcess, _ address: PoolAddress) {
        let arguments = configuration.launcher.arguments(
            count: configuration.workers, hostfile: configuration.allocation?.hostfile,
            exportsVariables: address.isNetwork, program: configuration.program,
            programArguments: configuration.arguments, isRoot: configuration.isRoot)
        let environment = Launcher.environment(
            configuration.environment, socket: address.description, secret: secret, job: id.number)
        launcher.start(path: configuration.launcher.path, arguments: arguments, environment: environment) { ending in
            self.event(id) { $0.launcherEnded(ending) }
        }
        after(configuration.bootDeadline) { pool in
            pool.event(id) { $0.deadlinePassed() }
        }
    }

    /// Feeds a job's machine and performs its actions.
    func event(_ id: JobID, _ body: (inout JobStateMachine) -> [JobStateMachine.Action]) {
        let actions = state.withLock { state in
            guard state.jobs[id] != nil else { return [JobStateMachine.Action]() }
            return body(&state.jobs[id]!.machine)
        }
        for action in actions { perform(action, id) }
    }

    func perform(_ action: JobStateMachine.Action, _ id: JobID) {
        switch action {
        case .join(let rank):
            if let worker = state.withLock({ $0.jobs[id]?.workers[rank] }) { dispatcher?.workerJoined(worker, id) }
        case .complete:
            dispatcher?.jobComplete(id)
        case .fail(let failure):
            fail(id, failure)
        case .lost(let rank, let end):
            lose(rank, id, end)
        case .armGrace(let rank):
            after(.milliseconds(700)) { $0.event(id) { $0.graceExpired(rank: rank) } }
        case .ended:
            forget(id)
        }
    }

    /// Runs an action later, while the pool lives.
    func after(_ delay: Duration, _ action: @escaping @Sendable (DynamicPool) -> Void) {
        Task { [weak self] in
            do { try await Task.sleep(for: delay) } catch { return }
            if let self { action(self) }
        }
    }

    private func fail(_ id: JobID, _ failure: JobStateMachine.Failure) {
        let (launcher, guardians) = state.withLock { state in
            (state.jobs[id]?.launcher, state.jobs[id]?.guardians ?? [:])
        }
        var doomed = Set(0..<configuration.workers)
        // The workers that are there serve on without those that did not come in time.
        if case .deadlinePassed(let missing) = failure { doomed = Set(missing) }
        for (rank, guardian) in guardians where doomed.contains(rank) { guardian.send(Frame(kind: .kill)) }
        if doomed.count == configuration.workers { launcher?.terminate() }
        let output = launcher?.output ?? ""
        let printed = output.isEmpty ? "It printed nothing." : "It printed:\n\(output)"
        switch failure {
        case .launcherEnded(let ending):
            dispatcher?.jobFailed(
                ExecutorError(
                    .launchFailed,
                    "\(configuration.launcher.path) ended (\(ending)) before its \(configuration.workers) workers were "
                        + "there. \(printed)"))
        case .deadlinePassed(let missing):
            dispatcher?.jobFailed(
                ExecutorError(
                    .bootTimedOut,
                    "\(missing.count) of \(configuration.workers) workers (ranks \(missing.map(String.init).joined(separator: ", "))) "
                        + "were not there after \(configuration.bootDeadline); raise the boot deadline if the machine is "
                        + "slow. Launcher: \(configuration.launcher.path). \(printed)"))
        case .allLost(let end):
            dispatcher?.jobFailed(
                ExecutorError(
                    .launchFailed,
                    "every worker ended before it was ready (the last one \(WorkerEnding.describe(end))). \(printed)"))
        }
    }

    private func lose(_ rank: Int, _ id: JobID, _ end: WorkerEnd?) {
        let lost = state.withLock { state -> (WorkerID, Worker, [String])? in
            guard let worker = state.jobs[id]?.workers[rank], let record = state.workers.removeValue(forKey: worker)
            else { return nil }
            return (worker, record, state.jobs[id]?.lastLines[rank] ?? [])
        }
        guard let (worker, record, lines) = lost else { return }
        let blame: LossBlame = end.map { .known($0.task.map { TaskID($0) }) } ?? .unknown
        var error = ExecutorError(
            .workerLost,
            "worker \(rank) (process \(record.pid) on \(record.host)) \(WorkerEnding.describe(end, lines))")
        error.lostItem = end?.item
        dispatcher?.workerLost(worker, blame, error)
    }

    private func forget(_ id: JobID) {
        let waiters = state.withLock { state in
            state.jobs.removeValue(forKey: id)
            guard state.isClosing, state.jobs.isEmpty else { return [CheckedContinuation<Void, Never>]() }
            defer { state.closeWaiters = [] }
            return state.closeWaiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
