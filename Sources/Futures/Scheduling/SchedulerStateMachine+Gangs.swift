// SPDX-License-Identifier: Apache-2.0
// Scheduler events and steps of collective tasks.

extension SchedulerStateMachine {
    /// Every worker of the job has initialised MPI.
    package mutating func collectiveReady(_ job: JobID) -> [SchedulerAction] {
        guard jobs[job]?.collective == .preparing else { return [] }
        jobs[job]?.collective = .ready
        failedInitialisations = 0
        var actions: [SchedulerAction] = []
        for task in gangsAssembling(in: job) { startIfAssembled(task, &actions) }
        return actions
    }

    /// The job could not initialise MPI: its gangs fail, and another job takes its place.
    package mutating func collectiveFailed(_ job: JobID) -> [SchedulerAction] {
        guard jobs[job]?.collective == .preparing else { return [] }
        jobs[job]?.collective = .impossible
        var actions: [SchedulerAction] = []
        failGangs(of: job, &actions)
        if jobs[job]?.isRetiring == false { requestJob(&actions) }
        schedule(&actions)
        return actions
    }

    /// A worker was lost before its job had initialised MPI: the job serves ordinary tasks only.
    mutating func loseCollective(_ job: JobID, _ actions: inout [SchedulerAction]) {
        let wasPreparing = jobs[job]?.collective == .preparing
        jobs[job]?.collective = .impossible
        guard wasPreparing else { return }
        failedInitialisations += 1
        if failedInitialisations >= Self.attempts { return failGangs(of: job, &actions) }
        for task in gangsAssembling(in: job) {
            release(task)
            requeue(task)
        }
    }

    /// The job that can serve a gang of that size, now or when its members are free: the newest one.
    func job(forGangOf ranks: Int) -> JobID? {
        var newest: JobID?
        for (job, record) in jobs
        where record.isComplete && !record.isRetiring && record.collective != .impossible
            && record.workers.count >= ranks
        {
            newest = max(newest ?? job, job)
        }
        return newest
    }

    /// Why no present job can serve a gang of that size.
    func reasonAgainstGang(of ranks: Int) -> TaskFailure {
        let present = jobs.filter { $0.value.isComplete && !$0.value.isRetiring }
        guard let (job, record) = present.max(by: { $0.key < $1.key }) else { return .broken }
        if record.collective == .impossible { return .collectiveFailed(job) }
        return .gangTooLarge(asked: ranks, size: record.workers.count)
    }

    /// Reserves members for a gang, as many as are free of other gangs; false where some are missing.
    mutating func reserve(_ task: TaskID, in job: JobID, _ actions: inout [SchedulerAction]) -> Bool {
        tasks[task]?.station = .inGang
        gangs[task] = GangRecord(job: job)
        assembling = task
        if jobs[job]?.collective == .unprepared {
            jobs[job]?.collective = .preparing
            actions.append(.prepareCollective(job))
        }
        return completeReservation(task, &actions)
    }

    /// Adds members to the reservation that is short of them; false where some are still missing.
    mutating func completeReservation(_ task: TaskID, _ actions: inout [SchedulerAction]) -> Bool {
        guard let ranks = tasks[task]?.request.gang, let gang = gangs[task] else { return true }
        var missing = ranks - gang.members.count
        while missing > 0, let (worker, load) = freeMember(of: gang.job) {
            missing -= 1
            gangs[task]?.members.append(worker)
            workers[worker]?.gang = task
            loadChanged(worker)
            if load > 0 {
                gangs[task]?.busyCount += 1
                revokePrefetched(of: worker, keeping: { _ in 0 }, &actions)
            }
        }
        guard missing == 0 else { return false }
        assembling = nil
        startIfAssembled(task, &actions)
        return true
    }

    /// The member that a gang takes next: one that takes nothing but gangs, so that the others are left for tasks, or the
    /// least loaded.
    private func freeMember(of job: JobID) -> (worker: WorkerID, load: Int)? {
        (jobs[job]?.freeForGangs.first ?? jobs[job]?.free.first).map { (worker: $0, load: $1) }
    }

    /// Starts a gang whose members are all there and idle, in a job that has initialised MPI.
    mutating func startIfAssembled(_ task: TaskID, _ actions: inout [SchedulerAction]) {
        guard let gang = gangs[task], !gang.isRunning, gang.busyCount == 0,
            gang.members.count == tasks[task]?.request.gang, jobs[gang.job]?.collective == .ready
        else { return }
        let members = gang.members.sorted()
        gangs[task]?.members = members
        gangs[task]?.unansweredCount = members.count
        gangs[task]?.isRunning = true
        actions.append(.startGang(task, gang.job, members))
    }

    /// A member answered; the others are asked to leave where it threw.
    mutating func gangAnswered(
        _ task: TaskID, _ worker: WorkerID, _ answer: TaskAnswer, _ actions: inout [SchedulerAction]
    ) {
        workers[worker]?.gang = nil
        loadChanged(worker)
        gangs[task]?.unansweredCount -= 1
        if let record = tasks[task], !record.hasEnded, !record.restarts, answer != .returned {
            tasks[task]?.hasEnded = true
            actions.append(answer == .dropped ? .endCancelled(task) : .endWithAnswer(task, of: worker))
            leaveGang(task, cancel: false, &actions)
        }
        endGangIfAnswered(task, &actions)
    }

    /// A member of a gang was lost, before or after the gang began.
    mutating func gangMemberLost(
        _ task: TaskID, _ worker: WorkerID, isGuilty: Bool, _ actions: inout [SchedulerAction]
    ) {
        guard let record = tasks[task], let gang = gangs[task] else { return }
        guard gang.isRunning else {
            release(task)
            return requeue(task)
        }
        gangs[task]?.unansweredCount -= 1
        if !record.hasEnded && !record.restarts {
            if isGuilty && record.request.retries <= 0 {
                tasks[task]?.hasEnded = true
                actions.append(.endFailed(task, .workerLost(worker)))
            } else {
                if isGuilty { tasks[task]?.request.retries -= 1 }
                tasks[task]?.restarts = true
            }
            leaveGang(task, cancel: false, &actions)
        }
        endGangIfAnswered(task, &actions)
    }

    /// Asks the members that have not answered to leave a gang that is over, and gives them a grace to do so.
    mutating func leaveGang(_ task: TaskID, cancel: Bool, _ actions: inout [SchedulerAction]) {
        let members = unanswered(task)
        guard !members.isEmpty else { return }
        for worker in members { actions.append(cancel ? .cancel(task, worker) : .abandonGang(task, worker)) }
        actions.append(.armGrace(task))
    }

    /// The members of a running gang that have not answered, in rank order.
    func unanswered(_ task: TaskID) -> [WorkerID] {
        guard let gang = gangs[task], gang.isRunning else { return [] }
        return gang.members.filter { workers[$0]?.gang == task }
    }

    /// Frees the members of a gang and forgets that there was one.
    mutating func release(_ task: TaskID) {
        if assembling == task { assembling = nil }
        guard let gang = gangs.removeValue(forKey: task) else { return }
        for worker in gang.members where workers[worker]?.gang == task {
            workers[worker]?.gang = nil
            loadChanged(worker)
        }
    }

    /// Sets a collective task aside until a job is there that can serve it.
    mutating func park(_ task: TaskID, _ actions: inout [SchedulerAction]) {
        tasks[task]?.station = .parked
        parked.insert(task)
        requestJob(&actions)
    }

    /// Gives the tasks that were set aside another chance.
    mutating func unpark() {
        for task in parked.sorted() { requeue(task) }
        parked = []
    }

    /// The gangs of a job that have not begun.
    func gangsAssembling(in job: JobID) -> [TaskID] {
        var found = Set((jobs[job]?.workers ?? []).compactMap { workers[$0]?.gang })
        if let assembling { found.insert(assembling) }
        return found.filter { gangs[$0]?.job == job && gangs[$0]?.isRunning == false }.sorted()
    }

    private mutating func failGangs(of job: JobID, _ actions: inout [SchedulerAction]) {
        for task in gangsAssembling(in: job) {
            actions.append(.endFailed(task, .collectiveFailed(job)))
            withdraw(task, &actions)
        }
    }

    /// Ends or requeues a collective task that nobody is in any more.
    private mutating func endGangIfAnswered(_ task: TaskID, _ actions: inout [SchedulerAction]) {
        guard let record = tasks[task], let gang = gangs[task], gang.unansweredCount == 0 else { return }
        gangs.removeValue(forKey: task)
        if !record.hasEnded && record.restarts && !record.endsIfDropped {
            tasks[task]?.restarts = false
            return requeue(task)
        }
        if !record.hasEnded {
            actions.append(record.restarts ? .endCancelled(task) : .endWithAnswer(task, of: gang.members[0]))
        }
        forget(task, &actions)
    }
}
