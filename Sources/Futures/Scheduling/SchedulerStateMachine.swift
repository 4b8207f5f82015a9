// SPDX-License-Identifier: Apache-2.0
// Which worker gets which task, and what becomes of a task when something happens.

/// The scheduler: a value that is told what happened and answers with what to do.
///
/// No input or output, no clock, no thread. Every strategy uses it. The events are spread over the extensions:
/// submissions and their ends in `+Tasks`, workers and jobs in `+Workers`, collective tasks in `+Gangs`.
package struct SchedulerStateMachine: Sendable {
    /// Where a task is.
    package enum Place: Sendable, Equatable {
        /// In the queue.
        case queued
        /// A collective task that no present job is large enough for.
        case parked
        /// Sent to a worker, which may or may not have begun it.
        case onWorker(WorkerID)
        /// Members are reserved and finish what they have; the gang has not begun.
        case assembling(JobID, [WorkerID])
        /// Sent to the members; those in the set have not answered.
        case onGang([WorkerID], unanswered: Set<WorkerID>)
    }

    struct TaskRecord: Sendable {
        var request: TaskRequest
        var place: Place
        /// The future has ended, but workers still hold the task.
        var hasEnded = false
        var hasStarted = false
        var isRevoking = false
        /// Cancellation was asked for.
        var isCancelled = false
        /// Where a worker gives the task back, it is cancelled instead of sent again.
        var endsIfDropped = false
        /// A member of the gang was lost; the task starts again when the others have left it.
        var restarts = false
    }

    struct WorkerRecord: Sendable {
        var job: JobID
        /// Ordinary tasks in the order in which they were sent; the first is the one that runs.
        var assigned: [TaskID] = []
        /// The gang that the worker is reserved for or runs in.
        var gang: TaskID?
    }

    enum CollectiveState: Sendable {
        case unprepared, preparing, ready, impossible
    }

    struct JobRecord: Sendable {
        var workers: Set<WorkerID> = []
        var collective = CollectiveState.unprepared
        /// Every worker has joined, or was lost before it could.
        var isComplete = false
        var isRetiring = false
    }

    /// How many workers the pool is meant to have.
    package let size: Int
    /// The most tasks that a worker holds: one that runs and the others prefetched.
    package let maximumDepth: Int

    var tasks: [TaskID: TaskRecord] = [:]
    var workers: [WorkerID: WorkerRecord] = [:]
    var jobs: [JobID: JobRecord] = [:]
    var queue = TaskQueue()
    /// The one collective task that holds fewer members than it needs. It is served before everything behind it.
    var assembling: TaskID?
    var parked: [TaskID] = []
    /// Workers that may take ordinary tasks, the least loaded first.
    var available = WorkerHeap()
    /// Workers with prefetched tasks, the most loaded first: those to take back from when another is idle.
    var loaded = WorkerHeap()
    /// Smoothed run time of an ordinary task in microseconds; `nil` before the first.
    var meanMicroseconds: Double?
    var isShutDown = false
    var isBroken = false
    var jobIsRequested = false
    /// Jobs in a row that lost workers while they came up.
    var shortJobs = 0

    /// Makes a scheduler without workers.
    ///
    /// - Parameters:
    ///   - size: The number of workers that the pool is meant to have.
    ///   - maximumDepth: The most tasks that a worker holds at a time; 1 prefetches nothing.
    package init(size: Int, maximumDepth: Int = 64) {
        self.size = size
        self.maximumDepth = maximumDepth
    }

    /// Tasks that have not ended or that a worker still holds.
    package var liveTaskCount: Int { tasks.count }

    /// Tasks that wait for a worker.
    package var queuedTaskCount: Int { queue.count + parked.count + (assembling == nil ? 0 : 1) }

    /// Where a task is; `nil` once it is forgotten.
    package func place(of task: TaskID) -> Place? { tasks[task]?.place }

    /// The workers that are alive.
    package var liveWorkers: Set<WorkerID> { Set(workers.keys) }

    /// How many tasks a worker should hold: about half a millisecond of work, and always one more than runs.
    var depth: Int {
        guard maximumDepth > 1 else { return 1 }
        guard let meanMicroseconds else { return 2 }
        return max(2, min(maximumDepth, 1 + Int(500 / max(meanMicroseconds, 1))))
    }

    /// Gives out what waits, as far as there are workers for it.
    mutating func schedule(_ actions: inout [SchedulerAction]) {
        if let task = assembling, !completeReservation(task, &actions) { return }
        let depth = self.depth
        while let task = queue.peek(), let record = tasks[task] {
            if let ranks = record.request.gang {
                _ = queue.popFirst()
                guard let job = job(forGangOf: ranks) else {
                    park(task)
                    continue
                }
                if !reserve(task, in: job, &actions) { return }
            } else {
                guard let (worker, load) = available.first, load < depth else { return }
                _ = queue.popFirst()
                tasks[task]?.place = .onWorker(worker)
                workers[worker]?.assigned.append(task)
                loadChanged(worker)
                actions.append(.send(task, worker))
            }
        }
        takeBack(&actions)
    }

    /// Takes prefetched tasks back from the most loaded worker while another is idle and nothing waits.
    private mutating func takeBack(_ actions: inout [SchedulerAction]) {
        guard queue.isEmpty, let idle = available.first, idle.key == 0,
            let (victim, _) = loaded.first, let record = workers[victim]
        else { return }
        let waiting = record.assigned.dropFirst().filter { tasks[$0]?.isRevoking == false }
        for task in waiting.suffix((waiting.count + 1) / 2) {
            tasks[task]?.isRevoking = true
            actions.append(.revoke(task, victim))
        }
        // What is on its way back does not count as load to take from.
        loaded.remove(victim)
    }

    /// Brings the two heaps up to date with a worker's record.
    mutating func loadChanged(_ worker: WorkerID) {
        guard let record = workers[worker], jobs[record.job]?.isRetiring == false, record.gang == nil else {
            available.remove(worker)
            loaded.remove(worker)
            return
        }
        available.set(worker, key: record.assigned.count)
        if record.assigned.count >= 2 {
            loaded.set(worker, key: -record.assigned.count)
        } else {
            loaded.remove(worker)
        }
    }

    /// Ends the record of a task whose future has ended and that no worker holds.
    mutating func forget(_ task: TaskID, _ actions: inout [SchedulerAction]) {
        tasks.removeValue(forKey: task)
        actions.append(.forget(task))
        if isShutDown && tasks.isEmpty { actions.append(.drained) }
    }
}
