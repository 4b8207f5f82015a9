// SPDX-License-Identifier: Apache-2.0
// Scheduler events: starts of the launcher come up, fail and replace one another.

extension SchedulerStateMachine {
    /// Somebody wants the workers to be there before the first submission.
    package mutating func bootRequested() -> [SchedulerAction] {
        var actions: [SchedulerAction] = []
        if !hasServingWorkers { requestJob(&actions) }
        return actions
    }

    /// All workers of a job are there, or were lost on the way: the older jobs are not needed any more.
    ///
    /// - Parameter isCollective: Whether they have initialised MPI already.
    package mutating func jobComplete(_ job: JobID, isCollective: Bool = false) -> [SchedulerAction] {
        jobIsRequested = false
        if isCollective { jobs[job]?.collective = .ready }
        var actions: [SchedulerAction] = []
        let isShort = (jobs[job]?.workers.count ?? 0) < size
        jobs[job]?.isComplete = true
        // MPI_Init is collective over the job: with a worker missing it never completes.
        if isShort { jobs[job]?.collective = .impossible }
        keepTheBest(job, isShort: isShort, &actions)
        // Losses while the job came up have left it short; if that repeats, the pool goes on with what it has.
        poorJobs = isShort ? poorJobs + 1 : 0
        if isShort && poorJobs < Self.attempts {
            requestJob(&actions)
        } else {
            concludeAttempt(&actions)
        }
        unpark()
        schedule(&actions)
        return actions
    }

    /// The job that was asked for will not come: the pool goes on with the workers that it has.
    ///
    /// Collective tasks that waited for it fail, and where no worker is left everything does (see ``isBroken``).
    package mutating func jobFailed() -> [SchedulerAction] {
        jobIsRequested = false
        poorJobs += 1
        var actions: [SchedulerAction] = []
        for (job, record) in jobs where !record.isComplete {
            // Those of its workers that joined serve ordinary tasks.
            jobs[job]?.isComplete = true
            jobs[job]?.collective = .impossible
        }
        concludeAttempt(&actions)
        schedule(&actions)
        return actions
    }

    /// Whether there are workers that may take new tasks, now or when they have done what they have.
    var hasServingWorkers: Bool {
        jobs.values.contains { !$0.isRetiring && $0.workers.count > $0.gangOnlyCount }
    }

    /// Whether the workers that were asked for are there.
    package var isBooted: Bool {
        !jobIsRequested && hasServingWorkers && jobs.values.allSatisfy(\.isComplete)
    }

    /// Asks for another job, unless one is on its way or it would come for nothing.
    mutating func requestJob(_ actions: inout [SchedulerAction]) {
        guard !jobIsRequested, !isBroken else { return }
        if isShutDown {
            // The last tasks are not worth a pool of full size; what can't run without one is.
            guard !parked.isEmpty || (!queue.isEmpty && !hasServingWorkers) else { return }
        }
        jobIsRequested = true
        actions.append(.requestJob)
    }

    /// The pool is below its size: asks for another job, unless the last one is gone and those before it failed too.
    mutating func heal(_ actions: inout [SchedulerAction]) {
        if !jobIsRequested && !hasServingWorkers && poorJobs >= Self.attempts {
            isBroken = true
        } else {
            requestJob(&actions)
        }
    }

    /// Takes a lost worker out of its job.
    mutating func loseFromJob(_ worker: WorkerID, _ job: JobID, _ actions: inout [SchedulerAction]) {
        jobs[job]?.workers.remove(worker)
        jobs[job]?.free.remove(worker)
        jobs[job]?.freeForGangs.remove(worker)
        switch jobs[job]?.collective {
        // MPI_Init is collective over the job: without this worker it never completes.
        case .unprepared, .preparing: loseCollective(job, &actions)
        case .ready, .impossible, nil: break
        }
        let left = jobs[job]?.workers.count ?? 0
        if let task = assembling, gangs[task]?.job == job, let ranks = tasks[task]?.request.gang, left < ranks {
            release(task)
            requeue(task)
        }
        if left == 0 { jobs.removeValue(forKey: job) }
    }

    /// Retires all jobs but the one with the most workers, the newest where there is a choice of full ones.
    private mutating func keepTheBest(_ job: JobID, isShort: Bool, _ actions: inout [SchedulerAction]) {
        let older = jobs.keys.filter { $0 < job && jobs[$0]?.isRetiring == false }.sorted()
        let count = jobs[job]?.workers.count ?? 0
        if !isShort || count > older.reduce(0, { $0 + (jobs[$1]?.workers.count ?? 0) }) {
            for job in older { retire(job, &actions) }
        } else if !older.isEmpty {
            retire(job, &actions)
        }
    }

    private mutating func retire(_ job: JobID, _ actions: inout [SchedulerAction]) {
        guard jobs[job] != nil else { return }
        jobs[job]?.isRetiring = true
        for task in gangsAssembling(in: job) {
            release(task)
            requeue(task)
        }
        for worker in jobs[job]?.workers.sorted() ?? [] { retire(worker, &actions) }
    }

    /// No other job is on its way: gives up what only another job could have served.
    private mutating func concludeAttempt(_ actions: inout [SchedulerAction]) {
        if !hasServingWorkers {
            isBroken = true
            return
        }
        for task in parked.sorted() {
            guard let ranks = tasks[task]?.request.gang, job(forGangOf: ranks) == nil else { continue }
            actions.append(.endFailed(task, reasonAgainstGang(of: ranks)))
            withdraw(task, &actions)
        }
    }
}
