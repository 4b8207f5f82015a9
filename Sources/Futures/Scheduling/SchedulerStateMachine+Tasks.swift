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
        tasks[task] = TaskRecord(request: request, place: .queued)
        queue.append(task, priority: request.priority)
        var actions: [SchedulerAction] = []
        if workers.isEmpty { requestJob(&actions) }
        schedule(&actions)
        return actions
    }

    /// Somebody asked for a task's cancellation.
    package mutating func cancelRequested(_ task: TaskID) -> [SchedulerAction] {
        guard let record = tasks[task], !record.hasEnded, !record.isCancelled else { return [] }
        var actions: [SchedulerAction] = []
        tasks[task]?.isCancelled = true
        tasks[task]?.endsIfDropped = true
        switch record.place {
        case .queued, .parked, .assembling:
            actions.append(.endCancelled(task))
            withdraw(task, &actions)
        case .onWorker(let worker):
            actions.append(.cancel(task, worker))
        case .onGang(_, let unanswered):
            tasks[task]?.hasEnded = true
            actions.append(.endCancelled(task))
            leaveGang(task, unanswered, cancel: true, &actions)
        }
        schedule(&actions)
        return actions
    }

    /// A task's deadline passed.
    package mutating func deadlinePassed(_ task: TaskID) -> [SchedulerAction] {
        guard let record = tasks[task], !record.hasEnded else { return [] }
        var actions: [SchedulerAction] = [.endFailed(task, .deadlineExceeded)]
        tasks[task]?.hasEnded = true
        switch record.place {
        case .queued, .parked, .assembling:
            withdraw(task, &actions)
        case .onWorker(let worker):
            actions.append(.cancel(task, worker))
            actions.append(.armGrace(task))
        case .onGang(_, let unanswered):
            leaveGang(task, unanswered, cancel: true, &actions)
        }
        schedule(&actions)
        return actions
    }

    /// The grace for leaving a task that has ended is over: whoever is still in it is ended.
    package mutating func graceExpired(_ task: TaskID) -> [SchedulerAction] {
        guard let record = tasks[task], record.hasEnded || record.restarts else { return [] }
        switch record.place {
        case .queued, .parked, .assembling:
            return []
        case .onWorker(let worker):
            return [.endWorker(worker, task)]
        case .onGang(_, let unanswered):
            return unanswered.sorted().map { .endWorker($0, task) }
        }
    }

    /// No more submissions: what is accepted runs to its end, or is cancelled where it has not begun.
    package mutating func shutDown(cancelPending: Bool) -> [SchedulerAction] {
        isShutDown = true
        var actions: [SchedulerAction] = []
        if cancelPending {
            for (task, record) in tasks.sorted(by: { $0.key < $1.key }) where !record.hasEnded {
                switch record.place {
                case .queued, .parked, .assembling:
                    actions += cancelRequested(task)
                case .onWorker(let worker) where !record.hasStarted:
                    // Whether it has begun is known only there: what has begun runs to its end.
                    tasks[task]?.endsIfDropped = true
                    tasks[task]?.isRevoking = true
                    actions.append(.revoke(task, worker))
                case .onWorker, .onGang:
                    break
                }
            }
        }
        if tasks.isEmpty && !actions.contains(.drained) { actions.append(.drained) }
        return actions
    }

    /// No worker is left and none will come: everything ends.
    package mutating func broke() -> [SchedulerAction] {
        isBroken = true
        var actions: [SchedulerAction] = []
        for (task, record) in tasks.sorted(by: { $0.key < $1.key }) {
            if !record.hasEnded { actions.append(.endFailed(task, .broken)) }
            withdraw(task, &actions)
        }
        return actions
    }

    /// Takes a task whose future has ended out of wherever it waits.
    private mutating func withdraw(_ task: TaskID, _ actions: inout [SchedulerAction]) {
        switch tasks[task]?.place {
        case .queued: queue.remove(task)
        case .parked: parked.removeAll { $0 == task }
        case .assembling(_, let members): release(members, from: task)
        case .onWorker, .onGang, nil: break
        }
        forget(task, &actions)
    }
}
