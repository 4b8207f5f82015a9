// SPDX-License-Identifier: Apache-2.0
// Scheduler events: submissions, cancellations, deadlines, shutdown.

extension SchedulerStateMachine {
    /// A task was submitted.
    package mutating func submitted(_ task: TaskID, _ request: TaskRequest) -> [SchedulerAction] {
        precondition(tasks[task] == nil, "\(task) was submitted twice")
        if isShutDown { return [.endFailed(task, .shutDown), .forget(task)] }
        if isBroken { return [.endFailed(task, .broken), .forget(task)] }
        if let ranks = request.gang, ranks > size || ranks < 1 {
            return [.endFailed(task, .gangTooLarge(asked: ranks, size: size)), .forget(task)]
        }
        tasks[task] = TaskRecord(request: request)
        queue.append(task, priority: request.priority, client: request.client)
        var actions: [SchedulerAction] = []
        schedule(&actions)
        return actions
    }

    /// Somebody asked for a task's cancellation.
    package mutating func cancelRequested(_ task: TaskID) -> [SchedulerAction] {
        guard let record = tasks[task], !record.hasEnded, !record.isCancelled else { return [] }
        var actions: [SchedulerAction] = []
        tasks[task]?.isCancelled = true
        tasks[task]?.endsIfDropped = true
        if case .onWorker(let worker) = record.station {
            tasks[task]?.isLeaving = true
            actions.append(.cancel(task, worker))
        } else {
            tasks[task]?.hasEnded = true
            actions.append(.endCancelled(task))
            leave(task, &actions)
        }
        schedule(&actions)
        return actions
    }

    /// A task's deadline passed.
    package mutating func deadlinePassed(_ task: TaskID) -> [SchedulerAction] { end(task, .deadlineExceeded) }

    /// The initializer of the task's executor failed.
    package mutating func giveUp(_ task: TaskID) -> [SchedulerAction] { end(task, .initializerFailed) }

    private mutating func end(_ task: TaskID, _ reason: TaskFailure) -> [SchedulerAction] {
        guard let record = tasks[task], !record.hasEnded else { return [] }
        var actions: [SchedulerAction] = [.endFailed(task, reason)]
        tasks[task]?.hasEnded = true
        if case .onWorker(let worker) = record.station {
            tasks[task]?.isLeaving = true
            actions.append(.cancel(task, worker))
            actions.append(.armGrace(task))
        } else {
            leave(task, &actions)
        }
        schedule(&actions)
        return actions
    }

    /// The grace for leaving a task that has ended is over: whoever is still in it is ended.
    package mutating func graceExpired(_ task: TaskID) -> [SchedulerAction] {
        guard let record = tasks[task], record.hasEnded || record.restarts else { return [] }
        var actions: [SchedulerAction] = []
        switch record.station {
        case .queued, .parked:
            break
        case .onWorker(let worker):
            if workers[worker]?.assigned.first == task {
                end(worker, in: task, &actions)
            } else {
                // The worker is in another task, which must not pay for this one.
                actions.append(.armGrace(task))
            }
        case .inGang:
            for worker in unanswered(task) { end(worker, in: task, &actions) }
        }
        schedule(&actions)
        return actions
    }

    /// No more submissions: what is accepted runs to its end, or is cancelled where it has not begun.
    package mutating func shutDown(cancelPending: Bool) -> [SchedulerAction] {
        isShutDown = true
        var actions: [SchedulerAction] = []
        if cancelPending {
            for task in tasks.keys { cancelUnlessBegun(task, &actions) }
        }
        drainIfDone(&actions)
        return actions
    }

    /// Cancels those of the tasks that have not begun.
    package mutating func cancelPending(_ pending: [TaskID]) -> [SchedulerAction] {
        var actions: [SchedulerAction] = []
        for task in pending { cancelUnlessBegun(task, &actions) }
        schedule(&actions)
        return actions
    }

    /// Nothing works any more: everything ends, wherever it is.
    package mutating func broke() -> [SchedulerAction] {
        isBroken = true
        var actions: [SchedulerAction] = []
        for task in tasks.keys {
            if tasks[task]?.hasEnded == false { actions.append(.endFailed(task, .broken)) }
            withdraw(task, &actions)
        }
        return actions
    }

    /// Takes a task whose future has ended out of wherever it is, and forgets it.
    mutating func withdraw(_ task: TaskID, _ actions: inout [SchedulerAction]) {
        switch tasks[task]?.station {
        case .queued: queue.remove(task)
        case .parked: parked.remove(task)
        case .inGang: release(task)
        case .onWorker, nil: break
        }
        forget(task, &actions)
    }

    /// Sees to it that no worker goes on with a task that is not on a single worker and whose future has ended.
    private mutating func leave(_ task: TaskID, _ actions: inout [SchedulerAction]) {
        if gangs[task]?.isRunning == true {
            leaveGang(task, cancel: true, &actions)
        } else {
            withdraw(task, &actions)
        }
    }

    private mutating func cancelUnlessBegun(_ task: TaskID, _ actions: inout [SchedulerAction]) {
        guard let record = tasks[task], !record.hasEnded else { return }
        tasks[task]?.endsIfDropped = true
        switch record.station {
        case .onWorker(let worker) where !record.hasBegun && !record.isLeaving:
            // Whether it has begun is known only there: what has begun runs to its end.
            tasks[task]?.isLeaving = true
            actions.append(.revoke(task, worker))
        case .onWorker:
            break
        case .queued, .parked, .inGang:
            guard gangs[task]?.isRunning != true else { return }
            actions.append(.endCancelled(task))
            withdraw(task, &actions)
        }
    }

    private mutating func end(_ worker: WorkerID, in task: TaskID, _ actions: inout [SchedulerAction]) {
        guard workers[worker]?.isEnding == false else { return }
        workers[worker]?.isEnding = true
        // A gang that waits for this worker would wait in vain.
        if let gang = workers[worker]?.gang, gangs[gang]?.isRunning == false {
            release(gang)
            requeue(gang)
        }
        loadChanged(worker)
        actions.append(.endWorker(worker, task))
    }
}
