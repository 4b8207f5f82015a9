// SPDX-License-Identifier: Apache-2.0
// Scheduler events: workers come, answer and go.

extension SchedulerStateMachine {
    /// A worker of a job is there and idle.
    ///
    /// - Parameter isGangOnly: Whether it takes collective tasks only.
    package mutating func workerJoined(
        _ worker: WorkerID, _ job: JobID, isGangOnly: Bool = false
    ) -> [SchedulerAction] {
        precondition(workers[worker] == nil, "\(worker) joined twice")
        workers[worker] = WorkerRecord(job: job, isGangOnly: isGangOnly)
        if isGangOnly { jobs[job, default: JobRecord()].gangOnlyCount += 1 }
        jobs[job, default: JobRecord()].workers.insert(worker)
        loadChanged(worker)
        var actions: [SchedulerAction] = []
        schedule(&actions)
        return actions
    }

    /// A worker began a task.
    package mutating func started(_ task: TaskID, _ worker: WorkerID) -> [SchedulerAction] {
        guard let record = tasks[task], holds(worker, task) else { return [] }
        tasks[task]?.hasBegun = true
        guard !record.isAnnounced, !record.hasEnded else { return [] }
        tasks[task]?.isAnnounced = true
        return [.started(task)]
    }

    /// A worker answered for a task.
    ///
    /// - Parameter microseconds: How long an ordinary task ran, where the worker says so.
    package mutating func answered(
        _ task: TaskID, _ worker: WorkerID, _ answer: TaskAnswer, microseconds: Double? = nil
    ) -> [SchedulerAction] {
        guard holds(worker, task) else { return [] }
        var actions: [SchedulerAction] = []
        if tasks[task]?.station == .inGang {
            gangAnswered(task, worker, answer, &actions)
        } else {
            if let microseconds, answer == .returned { noteRunTime(microseconds) }
            unassign(task, worker)
            settle(task, worker, answer, &actions)
        }
        becameFree(worker, &actions)
        schedule(&actions)
        return actions
    }

    /// A worker's process ended.
    package mutating func workerLost(_ worker: WorkerID, _ blame: LossBlame) -> [SchedulerAction] {
        guard let record = workers.removeValue(forKey: worker) else { return [] }
        loaded.remove(worker)
        var actions: [SchedulerAction] = []
        let guilty = guilty(record, blame)
        let wasRetiring = jobs[record.job]?.isRetiring == true
        if record.isGangOnly { jobs[record.job]?.gangOnlyCount -= 1 }
        loseFromJob(worker, record.job, &actions)
        if let gang = record.gang { gangMemberLost(gang, worker, isGuilty: gang == guilty, &actions) }
        for task in record.assigned {
            returnFromLostWorker(task, worker, isGuilty: task == guilty, &actions)
        }
        if !wasRetiring { heal(&actions) }
        schedule(&actions)
        return actions
    }

    /// Takes a worker of an old job out of service: it finishes what runs and leaves.
    mutating func retire(_ worker: WorkerID, _ actions: inout [SchedulerAction]) {
        loadChanged(worker)
        revokePrefetched(of: worker, keeping: { _ in 0 }, &actions)
        dismissIfIdle(worker, &actions)
    }

    /// Whether the worker was sent the task and has not answered.
    private func holds(_ worker: WorkerID, _ task: TaskID) -> Bool {
        switch tasks[task]?.station {
        case .onWorker(worker): true
        case .inGang: workers[worker]?.gang == task && gangs[task]?.isRunning == true
        case .onWorker, .queued, .parked, nil: false
        }
    }

    /// The task that a worker died in, as far as it is known.
    private func guilty(_ record: WorkerRecord, _ blame: LossBlame) -> TaskID? {
        if record.isEnding { return nil }
        return switch blame {
        case .known(let task): task
        case .unknown: record.assigned.first ?? record.gang
        }
    }

    /// Ends or requeues an ordinary task that its worker answered for.
    private mutating func settle(
        _ task: TaskID, _ worker: WorkerID, _ answer: TaskAnswer, _ actions: inout [SchedulerAction]
    ) {
        guard let record = tasks[task] else { return }
        if record.hasEnded {
            forget(task, &actions)
        } else if answer != .dropped {
            actions.append(.endWithAnswer(task, of: worker))
            forget(task, &actions)
        } else if record.endsIfDropped {
            actions.append(.endCancelled(task))
            forget(task, &actions)
        } else {
            requeue(task)
        }
    }

    /// Ends or requeues an ordinary task whose worker was lost.
    private mutating func returnFromLostWorker(
        _ task: TaskID, _ worker: WorkerID, isGuilty: Bool, _ actions: inout [SchedulerAction]
    ) {
        guard let record = tasks[task] else { return }
        if record.hasEnded {
            forget(task, &actions)
        } else if isGuilty && record.request.retries <= 0 && !record.isCancelled {
            actions.append(.endFailed(task, .workerLost(worker)))
            forget(task, &actions)
        } else if record.endsIfDropped {
            actions.append(.endCancelled(task))
            forget(task, &actions)
        } else {
            if isGuilty { tasks[task]?.request.retries -= 1 }
            requeue(task)
        }
    }

    private mutating func unassign(_ task: TaskID, _ worker: WorkerID) {
        guard let index = workers[worker]?.assigned.firstIndex(of: task) else { return }
        workers[worker]?.assigned.remove(at: index)
        loadChanged(worker)
    }

    /// A worker has answered: it may complete a gang, or leave with its job.
    private mutating func becameFree(_ worker: WorkerID, _ actions: inout [SchedulerAction]) {
        guard let record = workers[worker], record.assigned.isEmpty else { return }
        if let gang = record.gang {
            gangs[gang]?.busyCount -= 1
            startIfAssembled(gang, &actions)
        } else {
            dismissIfIdle(worker, &actions)
        }
    }

    private func dismissIfIdle(_ worker: WorkerID, _ actions: inout [SchedulerAction]) {
        guard let record = workers[worker], jobs[record.job]?.isRetiring == true, !record.isEnding,
            record.assigned.isEmpty, record.gang == nil
        else { return }
        actions.append(.dismiss(worker))
    }
}
