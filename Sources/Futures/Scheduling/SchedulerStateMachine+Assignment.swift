// SPDX-License-Identifier: Apache-2.0
// Who gets what: prefetching, reserving for gangs, taking back.

extension SchedulerStateMachine {
    /// How many tasks a worker should hold: about half a millisecond of work, and always one more than runs.
    var depth: Int {
        guard maximumDepth > 1 else { return 1 }
        guard let meanMicroseconds else { return 2 }
        return max(2, min(maximumDepth, 1 + Int(500 / max(meanMicroseconds, 1))))
    }

    /// Takes a run time that a worker measured into the mean; what can't be a run time is left out.
    mutating func noteRunTime(_ microseconds: Double) {
        guard microseconds.isFinite, microseconds >= 0 else { return }
        meanMicroseconds = meanMicroseconds.map { 0.9 * $0 + 0.1 * microseconds } ?? microseconds
    }

    /// Gives out what waits, as far as there are workers for it.
    mutating func schedule(_ actions: inout [SchedulerAction]) {
        if isBroken { return failWaiting(&actions) }
        if let task = assembling, !completeReservation(task, &actions) { return }
        let depth = self.depth
        while let task = queue.peek(), let request = tasks[task]?.request {
            if let ranks = request.gang {
                _ = queue.popFirst()
                if let job = job(forGangOf: ranks) {
                    guard reserve(task, in: job, &actions) else { return }
                } else {
                    park(task, &actions)
                }
            } else {
                guard let (worker, load) = leastLoaded, load < depth else { break }
                _ = queue.popFirst()
                tasks[task]?.station = .onWorker(worker)
                workers[worker]?.assigned.append(task)
                loadChanged(worker)
                actions.append(.send(task, worker))
            }
        }
        if queue.isEmpty {
            takeBack(&actions)
        } else if !hasServingWorkers {
            requestJob(&actions)
        }
    }

    /// Brings the heaps up to date with a worker's record.
    mutating func loadChanged(_ worker: WorkerID) {
        guard let record = workers[worker] else { return }
        if record.isGangOnly {
            if record.gang == nil && !record.isEnding {
                jobs[record.job]?.freeForGangs.set(worker, key: 0)
            } else {
                jobs[record.job]?.freeForGangs.remove(worker)
            }
            return
        }
        guard record.gang == nil, !record.isEnding, jobs[record.job]?.isRetiring == false else {
            jobs[record.job]?.free.remove(worker)
            loaded.remove(worker)
            return
        }
        let load = record.assigned.count
        jobs[record.job]?.free.set(worker, key: load)
        if load >= 2 {
            loaded.set(worker, key: -load)
        } else {
            loaded.remove(worker)
        }
    }

    /// Asks a worker for the tasks that it has not begun, except for the first ones, and for none twice.
    mutating func revokePrefetched(
        of worker: WorkerID, keeping kept: (Int) -> Int, _ actions: inout [SchedulerAction]
    ) {
        let waiting = (workers[worker]?.assigned ?? []).dropFirst().filter { tasks[$0]?.isLeaving == false }
        for task in waiting.dropFirst(kept(waiting.count)) {
            tasks[task]?.isLeaving = true
            actions.append(.revoke(task, worker))
        }
    }

    /// Puts a task that was out back into the queue, before everything that was submitted later.
    mutating func requeue(_ task: TaskID) {
        guard let request = tasks[task]?.request else { return }
        tasks[task]?.station = .queued
        tasks[task]?.isLeaving = false
        tasks[task]?.hasBegun = false
        queue.restore(task, priority: request.priority, client: request.client)
    }

    /// The free worker with the fewest tasks; few jobs have any.
    private var leastLoaded: (worker: WorkerID, load: Int)? {
        var best: (worker: WorkerID, load: Int)?
        for record in jobs.values {
            guard let (worker, load) = record.free.first else { continue }
            if let best, (best.load, best.worker) < (load, worker) { continue }
            best = (worker, load)
        }
        return best
    }

    /// Takes half of the prefetched tasks of the most loaded worker back while another is idle and nothing waits.
    private mutating func takeBack(_ actions: inout [SchedulerAction]) {
        guard !loaded.isEmpty, leastLoaded?.load == 0 else { return }
        let count = actions.count
        while let (victim, _) = loaded.first, actions.count == count {
            revokePrefetched(of: victim, keeping: { $0 / 2 }, &actions)
            // What is on its way back does not count as load to take from.
            loaded.remove(victim)
        }
    }

    /// Ends everything that waits: nobody will serve it.
    private mutating func failWaiting(_ actions: inout [SchedulerAction]) {
        guard !queue.isEmpty || !parked.isEmpty else { return }
        for task in (queue.tasks + parked).sorted() {
            actions.append(.endFailed(task, .broken))
            withdraw(task, &actions)
        }
    }
}
