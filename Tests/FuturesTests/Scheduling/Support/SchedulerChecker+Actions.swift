// SPDX-License-Identifier: Apache-2.0
// What the scheduler may do, and what must hold after every event.

@testable import Futures

extension SchedulerChecker {
    /// Takes an action in and checks that it was allowed.
    mutating func perform(_ action: SchedulerAction, _ expected: inout Expectation) {
        switch action {
        case .send(let task, let worker): checkSend(task, worker)
        case .startGang(let task, let job, let members): checkStart(task, job, members)
        case .prepareCollective(let job): checkPrepare(job)
        case .cancel(let task, let worker), .abandonGang(let task, let worker):
            if !isHolding(worker, task) { fail("\(action): it does not hold it") }
        case .revoke(let task, let worker): checkRevoke(task, worker)
        case .started: break
        case .endWithAnswer(let task, let worker): end(task, .answer(worker), &expected)
        case .endCancelled(let task): end(task, .cancelled, &expected)
        case .endFailed(let task, let reason): end(task, .failed(reason), &expected)
        case .forget(let task):
            guard let model = tasks.removeValue(forKey: task) else { return fail("\(task) forgotten twice") }
            if !model.hasEnded { fail("\(task) forgotten before its end") }
            if model.holder != .nobody { fail("\(task) forgotten while \(model.holder) holds it") }
        case .armGrace(let task):
            guard let model = tasks[task], model.hasEnded || model.restarts else { return fail("grace for \(task)") }
        case .endWorker(let worker, let task):
            if !isHolding(worker, task) { fail("\(action): it is not in that task") }
            workers[worker]?.isEnding = true
        case .requestJob:
            if isJobPending || isBroken { fail("a job was requested for nothing") }
            isJobPending = true
        case .dismiss(let worker): checkDismiss(worker)
        case .drained:
            if hasDrained || !isShutDown || !tasks.isEmpty { fail("drained too early or twice") }
            hasDrained = true
        }
    }

    private func isHolding(_ worker: WorkerID, _ task: TaskID) -> Bool {
        workers[worker]?.held.contains(task) == true || workers[worker]?.gang == task
    }

    private mutating func end(_ task: TaskID, _ end: End, _ expected: inout Expectation) {
        guard let model = tasks[task], !model.hasEnded else { return fail("\(task) ended twice: \(end)") }
        tasks[task]?.hasEnded = true
        endedCount += 1
        if expected.ends.removeValue(forKey: task) == end { return }
        guard case .failed(let reason) = end, model.holder == .nobody else {
            return fail("\(task) ended with \(end) for no reason")
        }
        switch reason {
        case .broken where isBroken: break
        case .gangTooLarge(let asked, _) where asked == model.request.gang:
            if canServeGang(of: asked) || isJobPending { fail("\(task) could have waited: \(reason)") }
        case .collectiveFailed(let job) where jobs[job].map({ $0.collective == .impossible }) ?? true:
            if canServeGang(of: model.request.gang ?? 0) { fail("\(task) could have waited: \(reason)") }
        default: fail("\(task) failed with \(reason) for no reason")
        }
    }

    private mutating func checkSend(_ task: TaskID, _ worker: WorkerID) {
        guard let model = tasks[task], model.isWaiting, model.request.gang == nil else {
            return fail("sent \(task), which does not wait")
        }
        guard isUsable(worker), let target = workers[worker], target.gang == nil else {
            return fail("sent \(task) to \(worker), which is not to be used")
        }
        if target.held.count >= maximumDepth { fail("\(worker) holds too many tasks") }
        for (other, waiting) in tasks
        where waiting.isWaiting && waiting.request.gang == nil && precedes(other, task) {
            fail("\(task) overtook \(other)")
        }
        if reserved[worker] != nil { sentToReserved.append((worker, task)) }
        sent.append(task)
        tasks[task]?.holder = .worker(worker)
        workers[worker]?.held.append(task)
    }

    private mutating func checkStart(_ task: TaskID, _ job: JobID, _ members: [WorkerID]) {
        guard let model = tasks[task], model.isWaiting, model.request.gang == members.count else {
            return fail("gang \(task) does not wait, or is of another size")
        }
        guard let home = jobs[job], home.isComplete, home.collective == .ready, !home.isRetiring else {
            return fail("gang \(task) starts in \(job), which is not ready")
        }
        if zip(members, members.dropFirst()).contains(where: { $0 >= $1 }) { fail("members are not in order") }
        for worker in members {
            guard isUsable(worker), let member = workers[worker], member.job == job, member.held.isEmpty,
                member.gang == nil
            else {
                fail("\(worker) can't be a member of \(task)")
                continue
            }
            workers[worker]?.gang = task
        }
        tasks[task]?.holder = .gang(job, members, unanswered: Set(members))
    }

    private mutating func checkPrepare(_ job: JobID) {
        guard let model = jobs[job], model.isComplete, !model.isRetiring, model.collective == .unprepared,
            model.workers.count == size
        else { return fail("\(job) can't initialise MPI now") }
        if !tasks.values.contains(where: { $0.isWaiting && $0.request.gang != nil }) { fail("nobody needs MPI") }
        jobs[job]?.collective = .preparing
    }

    private mutating func checkRevoke(_ task: TaskID, _ worker: WorkerID) {
        guard let model = tasks[task], model.holder == .worker(worker) else {
            return fail("revoked \(task) from \(worker), which does not hold it")
        }
        if model.isAsked || model.hasEnded { fail("revoked \(task) a second time") }
        tasks[task]?.isAsked = true
    }

    private mutating func checkDismiss(_ worker: WorkerID) {
        guard let model = workers[worker], !model.isDismissed, model.held.isEmpty, model.gang == nil,
            jobs[model.job]?.isRetiring == true
        else { return fail("\(worker) was dismissed") }
        workers[worker]?.isDismissed = true
    }
}
