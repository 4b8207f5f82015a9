// SPDX-License-Identifier: Apache-2.0
// Scheduler events: workers come, answer and go.

extension SchedulerStateMachine {
    /// A worker of a job is there and idle.
    package mutating func workerJoined(_ worker: WorkerID, _ job: JobID) -> [SchedulerAction] {
        precondition(workers[worker] == nil, "\(worker) joined twice")
        workers[worker] = WorkerRecord(job: job)
        jobs[job, default: JobRecord()].workers.insert(worker)
        loadChanged(worker)
        var actions: [SchedulerAction] = []
        schedule(&actions)
        return actions
    }

    /// Somebody wants the workers to be there before the first submission.
    package mutating func bootRequested() -> [SchedulerAction] {
        var actions: [SchedulerAction] = []
        if workers.isEmpty { requestJob(&actions) }
        return actions
    }

    /// All workers of a job are there, or were lost on the way: the older jobs are not needed any more.
    package mutating func jobComplete(_ job: JobID) -> [SchedulerAction] {
        jobIsRequested = false
        var actions: [SchedulerAction] = []
        jobs[job]?.isComplete = true
        for older in jobs.keys.sorted() where older < job && jobs[older]?.isRetiring == false {
            jobs[older]?.isRetiring = true
            for worker in jobs[older]?.workers.sorted() ?? [] { retire(worker, &actions) }
        }
        // Losses while the job came up have left it short; if that repeats, the pool goes on with what it has.
        let isShort = (jobs[job]?.workers.count ?? 0) < size
        shortJobs = isShort ? shortJobs + 1 : 0
        if isShort && shortJobs < 3 { requestJob(&actions) }
        unpark()
        schedule(&actions)
        return actions
    }

    /// The job that was asked for will not come; `true` where the pool goes on with the workers that it has.
    package mutating func jobFailed() -> Bool {
        jobIsRequested = false
        return !workers.isEmpty
    }

    /// A worker began a task.
    package mutating func started(_ task: TaskID, _ worker: WorkerID) -> [SchedulerAction] {
        guard let record = tasks[task], !record.hasStarted else { return [] }
        tasks[task]?.hasStarted = true
        return record.hasEnded ? [] : [.started(task)]
    }

    /// A worker answered for a task.
    ///
    /// - Parameter microseconds: How long an ordinary task ran, where the worker says so.
    package mutating func answered(
        _ task: TaskID, _ worker: WorkerID, _ answer: TaskAnswer, microseconds: Double? = nil
    ) -> [SchedulerAction] {
        guard let record = tasks[task] else { return [] }
        var actions: [SchedulerAction] = []
        switch record.place {
        case .onWorker(worker):
            if let microseconds, answer == .returned {
                meanMicroseconds = meanMicroseconds.map { 0.9 * $0 + 0.1 * microseconds } ?? microseconds
            }
            unassign(task, worker)
            settle(task, record, worker, answer, &actions)
            becameFree(worker, &actions)
        case .onGang(let members, let unanswered) where unanswered.contains(worker):
            gangAnswered(task, members, unanswered.subtracting([worker]), worker, answer, &actions)
            becameFree(worker, &actions)
        default:
            return []
        }
        schedule(&actions)
        return actions
    }

    /// A worker's process ended.
    package mutating func workerLost(_ worker: WorkerID, _ blame: LossBlame) -> [SchedulerAction] {
        guard let record = workers.removeValue(forKey: worker) else { return [] }
        available.remove(worker)
        loaded.remove(worker)
        var actions: [SchedulerAction] = []
        loseFromJob(worker, record.job, &actions)
        if let gang = record.gang { gangMemberLost(gang, worker, &actions) }
        let guilty: TaskID? =
            switch blame {
            case .known(let task): task
            case .unknown: record.assigned.first
            }
        for task in record.assigned.reversed() {
            returnFromLostWorker(task, worker, isGuilty: task == guilty, &actions)
        }
        if jobs[record.job] != nil, jobs[record.job]?.isRetiring == false { requestJob(&actions) }
        schedule(&actions)
        return actions
    }

    /// Ends or requeues an ordinary task that its worker answered for.
    private mutating func settle(
        _ task: TaskID, _ record: TaskRecord, _ worker: WorkerID, _ answer: TaskAnswer,
        _ actions: inout [SchedulerAction]
    ) {
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

    private mutating func returnFromLostWorker(
        _ task: TaskID, _ worker: WorkerID, isGuilty: Bool, _ actions: inout [SchedulerAction]
    ) {
        guard let record = tasks[task] else { return }
        if record.hasEnded {
            forget(task, &actions)
        } else if record.endsIfDropped {
            actions.append(.endCancelled(task))
            forget(task, &actions)
        } else if isGuilty && record.request.retries == 0 {
            actions.append(.endFailed(task, .workerLost(worker)))
            forget(task, &actions)
        } else {
            if isGuilty { tasks[task]?.request.retries -= 1 }
            requeue(task)
        }
    }

    /// Puts a task that was out back to the front of the queue.
    mutating func requeue(_ task: TaskID) {
        guard let record = tasks[task] else { return }
        tasks[task]?.place = .queued
        tasks[task]?.isRevoking = false
        queue.prepend(task, priority: record.request.priority)
    }

    private mutating func unassign(_ task: TaskID, _ worker: WorkerID) {
        guard let index = workers[worker]?.assigned.firstIndex(of: task) else { return }
        workers[worker]?.assigned.remove(at: index)
        loadChanged(worker)
    }

    /// A worker has fewer tasks: it may complete a gang, or leave with its job.
    private mutating func becameFree(_ worker: WorkerID, _ actions: inout [SchedulerAction]) {
        guard let record = workers[worker], record.assigned.isEmpty else { return }
        if let gang = record.gang {
            startIfAssembled(gang, &actions)
        } else if jobs[record.job]?.isRetiring == true {
            actions.append(.dismiss(worker))
        }
    }

    /// Takes a worker of an old job out of service: it finishes what runs and leaves.
    private mutating func retire(_ worker: WorkerID, _ actions: inout [SchedulerAction]) {
        guard let record = workers[worker] else { return }
        if let gang = record.gang, case .assembling(_, let members) = tasks[gang]?.place {
            release(members, from: gang)
            requeue(gang)
        }
        loadChanged(worker)
        for task in record.assigned.dropFirst() where tasks[task]?.isRevoking == false {
            tasks[task]?.isRevoking = true
            actions.append(.revoke(task, worker))
        }
        if record.assigned.isEmpty && workers[worker]?.gang == nil { actions.append(.dismiss(worker)) }
    }

    private mutating func loseFromJob(_ worker: WorkerID, _ job: JobID, _ actions: inout [SchedulerAction]) {
        jobs[job]?.workers.remove(worker)
        if jobs[job]?.workers.isEmpty == true {
            jobs.removeValue(forKey: job)
            if !isShutDown && jobs.values.allSatisfy(\.isRetiring) { requestJob(&actions) }
            return
        }
        // MPI_Init is collective over the job: without this worker it never completes.
        switch jobs[job]?.collective {
        case .unprepared, .preparing: makeImpossible(job)
        case .ready, .impossible, nil: break
        }
    }

    mutating func requestJob(_ actions: inout [SchedulerAction]) {
        guard !jobIsRequested, !isShutDown, !isBroken else { return }
        jobIsRequested = true
        actions.append(.requestJob)
    }
}
