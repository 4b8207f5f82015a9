// SPDX-License-Identifier: Apache-2.0
// What each event must lead to, whatever the scheduler chooses.

@testable import Futures

extension SchedulerChecker {
    /// Brings the model up to date with an event and says which ends and commands must follow.
    mutating func expectation(_ event: SchedulerEvent) -> Expectation {
        var expected = Expectation()
        switch event {
        case .submitted(let task, let request): expectSubmission(task, request, &expected)
        case .cancelRequested(let task): expectCancellation(task, &expected)
        case .deadlinePassed(let task): expectDeadline(task, &expected)
        case .graceExpired(let task): expectGrace(task, &expected)
        case .started(let task, let worker): expectStart(task, worker, &expected)
        case .answered(let task, let worker, let answer): expectAnswer(task, worker, answer, &expected)
        case .workerLost(let worker, let blame): expectLoss(worker, blame, &expected)
        case .shutDown(let cancelPending): expectShutDown(cancelPending, &expected)
        case .broke:
            isBroken = true
            for (task, model) in tasks where !model.hasEnded { expected.ends[task] = .failed(.broken) }
            for task in tasks.keys { tasks[task]?.holder = .nobody }
        case .workerJoined, .jobComplete, .jobFailed, .collectiveReady, .collectiveFailed, .bootRequested:
            follow(event)
        }
        return expected
    }

    private mutating func expectSubmission(_ task: TaskID, _ request: TaskRequest, _ expected: inout Expectation) {
        tasks[task] = TaskModel(request: request, retries: request.retries)
        if isShutDown {
            expected.ends[task] = .failed(.shutDown)
        } else if isBroken {
            expected.ends[task] = .failed(.broken)
        } else if let ranks = request.gang, ranks < 1 || ranks > size {
            expected.ends[task] = .failed(.gangTooLarge(asked: ranks, size: size))
        }
    }

    private mutating func expectCancellation(_ task: TaskID, _ expected: inout Expectation) {
        guard let model = tasks[task], !model.hasEnded, !model.isCancelled else { return }
        tasks[task]?.isCancelled = true
        tasks[task]?.isUnwanted = true
        switch model.holder {
        case .nobody:
            expected.ends[task] = .cancelled
        case .worker(let worker):
            tasks[task]?.isAsked = true
            expected.commands = [.cancel(task, worker)]
        case .gang(_, _, let unanswered):
            expected.ends[task] = .cancelled
            expected.commands = unanswered.sorted().map { .cancel(task, $0) } + [.armGrace(task)]
        }
    }

    private mutating func expectDeadline(_ task: TaskID, _ expected: inout Expectation) {
        guard let model = tasks[task], !model.hasEnded else { return }
        expected.ends[task] = .failed(.deadlineExceeded)
        switch model.holder {
        case .nobody: break
        case .worker(let worker):
            tasks[task]?.isAsked = true
            expected.commands = [.cancel(task, worker), .armGrace(task)]
        case .gang(_, _, let unanswered):
            expected.commands = unanswered.sorted().map { .cancel(task, $0) } + [.armGrace(task)]
        }
    }

    private mutating func expectGrace(_ task: TaskID, _ expected: inout Expectation) {
        guard let model = tasks[task], model.hasEnded || model.restarts else { return }
        var stuck: [WorkerID] = []
        switch model.holder {
        case .nobody: break
        case .worker(let worker):
            if workers[worker]?.held.first == task { stuck = [worker] } else { expected.commands = [.armGrace(task)] }
        case .gang(_, _, let unanswered): stuck = unanswered.sorted()
        }
        for worker in stuck where workers[worker]?.isEnding == false {
            expected.commands.append(.endWorker(worker, task))
        }
    }

    private mutating func expectStart(_ task: TaskID, _ worker: WorkerID, _ expected: inout Expectation) {
        guard let model = tasks[task], isHeld(task, by: worker) else { return }
        tasks[task]?.hasBegun = true
        guard !model.isAnnounced && !model.hasEnded else { return }
        tasks[task]?.isAnnounced = true
        expected.commands = [.started(task)]
    }

    private func isHeld(_ task: TaskID, by worker: WorkerID) -> Bool {
        switch tasks[task]?.holder {
        case .worker(worker): true
        case .gang(_, _, let unanswered): unanswered.contains(worker)
        case .worker, .nobody, nil: false
        }
    }

    private mutating func expectAnswer(
        _ task: TaskID, _ worker: WorkerID, _ answer: TaskAnswer, _ expected: inout Expectation
    ) {
        guard let model = tasks[task], isHeld(task, by: worker) else { return }
        if case .gang(let job, let members, var unanswered) = model.holder {
            workers[worker]?.gang = nil
            unanswered.remove(worker)
            tasks[task]?.holder = .gang(job, members, unanswered: unanswered)
            if !model.hasEnded && !model.restarts && answer != .returned {
                expected.ends[task] = answer == .dropped ? .cancelled : .answer(worker)
                expectAbandon(task, unanswered, &expected)
            }
            return gangShrank(task, &expected)
        }
        workers[worker]?.held.removeAll { $0 == task }
        release(task)
        guard !model.hasEnded else { return }
        if answer != .dropped {
            expected.ends[task] = .answer(worker)
        } else if model.isUnwanted {
            expected.ends[task] = .cancelled
        }
    }

    private mutating func expectLoss(_ worker: WorkerID, _ blame: LossBlame, _ expected: inout Expectation) {
        guard let lost = workers.removeValue(forKey: worker) else { return }
        var guilty: TaskID?
        if !lost.isEnding {
            switch blame {
            case .known(let task): guilty = task
            case .unknown: guilty = lost.held.first ?? lost.gang
            }
        }
        let wasNeeded = jobs[lost.job]?.isRetiring == false
        loseFromJob(worker, lost.job)
        if wasNeeded && !isJobPending && !isServed && poorJobs >= 3 { isBroken = true }
        mustHeal = wasNeeded && !isShutDown && !isBroken
        if let task = lost.gang { expectGangLoss(task, worker, isGuilty: guilty == task, &expected) }
        for task in lost.held {
            guard let model = tasks[task] else { continue }
            release(task)
            guard !model.hasEnded else { continue }
            if task == guilty && model.retries == 0 && !model.isCancelled {
                expected.ends[task] = .failed(.workerLost(worker))
            } else if model.isUnwanted {
                expected.ends[task] = .cancelled
            } else if task == guilty {
                tasks[task]?.retries -= 1
            }
        }
    }

    private mutating func expectGangLoss(
        _ task: TaskID, _ worker: WorkerID, isGuilty: Bool, _ expected: inout Expectation
    ) {
        guard let model = tasks[task], case .gang(let job, let members, var unanswered) = model.holder else { return }
        unanswered.remove(worker)
        tasks[task]?.holder = .gang(job, members, unanswered: unanswered)
        if !model.hasEnded && !model.restarts {
            if isGuilty && model.retries == 0 {
                expected.ends[task] = .failed(.workerLost(worker))
            } else {
                if isGuilty { tasks[task]?.retries -= 1 }
                tasks[task]?.restarts = true
            }
            expectAbandon(task, unanswered, &expected)
        }
        gangShrank(task, &expected)
    }

    private func expectAbandon(_ task: TaskID, _ unanswered: Set<WorkerID>, _ expected: inout Expectation) {
        guard !unanswered.isEmpty else { return }
        expected.commands = unanswered.sorted().map { .abandonGang(task, $0) } + [.armGrace(task)]
    }

    /// A member has left: where it was the last one, the task ends or waits again.
    private mutating func gangShrank(_ task: TaskID, _ expected: inout Expectation) {
        guard let model = tasks[task], case .gang(_, let members, let unanswered) = model.holder,
            unanswered.isEmpty
        else { return }
        release(task)
        guard !model.hasEnded && expected.ends[task] == nil else { return }
        if !model.restarts {
            expected.ends[task] = .answer(members[0])
        } else if model.isUnwanted {
            expected.ends[task] = .cancelled
        }
    }

    private mutating func expectShutDown(_ cancelPending: Bool, _ expected: inout Expectation) {
        isShutDown = true
        guard cancelPending else { return }
        for task in tasks.keys.sorted() {
            guard let model = tasks[task], !model.hasEnded else { continue }
            tasks[task]?.isUnwanted = true
            switch model.holder {
            case .nobody: expected.ends[task] = .cancelled
            case .worker(let worker) where !model.hasBegun && !model.isAsked:
                expected.commands.append(.revoke(task, worker))
            case .worker, .gang: break
            }
        }
    }

    /// Nobody holds the task any more.
    private mutating func release(_ task: TaskID) {
        tasks[task]?.holder = .nobody
        tasks[task]?.isAsked = false
        tasks[task]?.hasBegun = false
        tasks[task]?.restarts = false
    }
}
