// SPDX-License-Identifier: Apache-2.0
// Scheduler events and steps of collective tasks.

extension SchedulerStateMachine {
    /// Every worker of the job has initialised MPI.
    package mutating func collectiveReady(_ job: JobID) -> [SchedulerAction] {
        guard jobs[job]?.collective == .preparing else { return [] }
        jobs[job]?.collective = .ready
        var actions: [SchedulerAction] = []
        for task in gangsAssembling(in: job) { startIfAssembled(task, &actions) }
        return actions
    }

    /// The job could not initialise MPI: its gangs fail, and another job takes its place.
    package mutating func collectiveFailed(_ job: JobID) -> [SchedulerAction] {
        guard jobs[job]?.collective == .preparing else { return [] }
        var actions: [SchedulerAction] = []
        for task in gangsAssembling(in: job) {
            guard case .assembling(_, let members) = tasks[task]?.place else { continue }
            actions.append(.endFailed(task, .collectiveFailed(job)))
            release(members, from: task)
            forget(task, &actions)
        }
        makeImpossible(job)
        requestJob(&actions)
        schedule(&actions)
        return actions
    }

    /// The job that can serve a gang of that size, now or when its members are free: the newest one.
    func job(forGangOf ranks: Int) -> JobID? {
        jobs.filter {
            $0.value.isComplete && !$0.value.isRetiring && $0.value.collective != .impossible
                && $0.value.workers.count >= ranks
        }

        .keys.max()
    }

    /// Reserves members for a gang, as many as are free of other gangs; false where some are missing.
    mutating func reserve(_ task: TaskID, in job: JobID, _ actions: inout [SchedulerAction]) -> Bool {
        tasks[task]?.place = .assembling(job, [])
        assembling = task
        if jobs[job]?.collective == .unprepared {
            jobs[job]?.collective = .preparing
            actions.append(.prepareCollective(job))
        }
        return completeReservation(task, &actions)
    }

    /// Adds members to the reservation that is short of them; false where some are still missing.
    mutating func completeReservation(_ task: TaskID, _ actions: inout [SchedulerAction]) -> Bool {
        guard let record = tasks[task], let ranks = record.request.gang,
            case .assembling(let job, var members) = record.place
        else { return true }
        let candidates = (jobs[job]?.workers ?? []).compactMap { worker -> (load: Int, worker: WorkerID)? in
            guard let record = workers[worker], record.gang == nil else { return nil }
            return (record.assigned.count, worker)
        }
        for (_, worker) in candidates.sorted(by: { $0 < $1 }).prefix(ranks - members.count) {
            members.append(worker)
            workers[worker]?.gang = task
            loadChanged(worker)
            for waiting in workers[worker]?.assigned.dropFirst() ?? [] where tasks[waiting]?.isRevoking == false {
                tasks[waiting]?.isRevoking = true
                actions.append(.revoke(waiting, worker))
            }
        }
        tasks[task]?.place = .assembling(job, members.sorted())
        guard members.count == ranks else { return false }
        assembling = nil
        startIfAssembled(task, &actions)
        return true
    }

    /// Starts a gang whose members are all there and idle, in a job that has initialised MPI.
    mutating func startIfAssembled(_ task: TaskID, _ actions: inout [SchedulerAction]) {
        guard case .assembling(let job, let members) = tasks[task]?.place,
            members.count == tasks[task]?.request.gang, jobs[job]?.collective == .ready,
            members.allSatisfy({ workers[$0]?.assigned.isEmpty == true })
        else { return }
        tasks[task]?.place = .onGang(members, unanswered: Set(members))
        actions.append(.startGang(task, job, members))
    }

    /// A member answered; the others are asked to leave where it threw.
    mutating func gangAnswered(
        _ task: TaskID, _ members: [WorkerID], _ unanswered: Set<WorkerID>, _ worker: WorkerID,
        _ answer: TaskAnswer, _ actions: inout [SchedulerAction]
    ) {
        workers[worker]?.gang = nil
        loadChanged(worker)
        tasks[task]?.place = .onGang(members, unanswered: unanswered)
        if tasks[task]?.hasEnded == false, tasks[task]?.restarts == false, answer != .returned {
            tasks[task]?.hasEnded = true
            actions.append(answer == .dropped ? .endCancelled(task) : .endWithAnswer(task, of: worker))
            leaveGang(task, unanswered, cancel: false, &actions)
        }
        if unanswered.isEmpty { gangIsOver(task, members, &actions) }
    }

    /// Nobody is in the gang any more.
    private mutating func gangIsOver(_ task: TaskID, _ members: [WorkerID], _ actions: inout [SchedulerAction]) {
        guard let record = tasks[task] else { return }
        if !record.hasEnded && record.restarts {
            tasks[task]?.restarts = false
            requeue(task)
            return
        }
        if !record.hasEnded { actions.append(.endWithAnswer(task, of: members[0])) }
        forget(task, &actions)
    }

    /// A member of a gang was lost, before or after the gang began.
    mutating func gangMemberLost(_ task: TaskID, _ worker: WorkerID, _ actions: inout [SchedulerAction]) {
        guard let record = tasks[task] else { return }
        switch record.place {
        case .assembling(_, let members):
            release(members, from: task)
            requeue(task)
        case .onGang(let members, let unanswered):
            let rest = unanswered.subtracting([worker])
            tasks[task]?.place = .onGang(members, unanswered: rest)
            if !record.hasEnded && !record.restarts {
                if record.request.retries > 0 {
                    tasks[task]?.request.retries -= 1
                    tasks[task]?.restarts = true
                } else {
                    tasks[task]?.hasEnded = true
                    actions.append(.endFailed(task, .workerLost(worker)))
                }
                leaveGang(task, rest, cancel: false, &actions)
            }
            if rest.isEmpty { gangIsOver(task, members, &actions) }
        case .queued, .parked, .onWorker:
            break
        }
    }

    /// Asks members to leave a gang that has ended, and gives them a grace to do so.
    mutating func leaveGang(
        _ task: TaskID, _ members: Set<WorkerID>, cancel: Bool, _ actions: inout [SchedulerAction]
    ) {
        guard !members.isEmpty else { return }
        for worker in members.sorted() {
            actions.append(cancel ? .cancel(task, worker) : .abandonGang(task, worker))
        }
        actions.append(.armGrace(task))
    }

    /// Frees the members of a gang that has not begun.
    mutating func release(_ members: [WorkerID], from task: TaskID) {
        if assembling == task { assembling = nil }
        for worker in members where workers[worker]?.gang == task {
            workers[worker]?.gang = nil
            loadChanged(worker)
        }
    }

    /// Sets a collective task aside until a job is there that is large enough.
    mutating func park(_ task: TaskID) {
        tasks[task]?.place = .parked
        parked.append(task)
    }

    /// Gives the tasks that were set aside another chance, in their order.
    mutating func unpark() {
        let waiting = parked
        parked = []
        for task in waiting.reversed() { requeue(task) }
    }

    /// A job that can't initialise MPI any more serves ordinary tasks only.
    mutating func makeImpossible(_ job: JobID) {
        jobs[job]?.collective = .impossible
        for task in gangsAssembling(in: job).reversed() {
            guard case .assembling(_, let members) = tasks[task]?.place else { continue }
            release(members, from: task)
            requeue(task)
        }
    }

    private func gangsAssembling(in job: JobID) -> [TaskID] {
        tasks.compactMap { task, record in
            if case .assembling(job, _) = record.place { return task }
            return nil
        }.sorted()
    }
}
