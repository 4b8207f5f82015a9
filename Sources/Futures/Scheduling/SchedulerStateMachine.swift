// SPDX-License-Identifier: Apache-2.0
// Which worker gets which task, and what becomes of a task when something happens.

/// The scheduler: a value that is told what happened and answers with what to do.
///
/// No input or output, no clock, no thread. Every strategy uses it. The events are spread over the extensions:
/// submissions and their ends in `+Tasks`, workers in `+Workers`, starts of the launcher in `+Jobs`, collective tasks
/// in `+Gangs`; who gets what is decided in `+Assignment`.
///
/// No event costs more than O(log n) in the number of workers and tasks, except for those that concern many of them
/// by their nature: the start and end of a gang (its members), of a job (its workers) and of the pool (everything).
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

    /// How many workers the pool is meant to have.
    package let size: Int
    /// The most tasks that a worker holds: one that runs and the others prefetched.
    package let maximumDepth: Int
    /// Whether everything has been given up: no worker is left to serve tasks and none will come.
    package internal(set) var isBroken = false

    var tasks = DenseTable<TaskID, TaskRecord>()
    var gangs: [TaskID: GangRecord] = [:]
    var workers = DenseTable<WorkerID, WorkerRecord>()
    var jobs: [JobID: JobRecord] = [:]
    var queue = TaskQueue()
    /// The one collective task that holds fewer members than it needs; it is served before everything behind it.
    var assembling: TaskID?
    /// Collective tasks that wait for a job that can serve them.
    var parked: Set<TaskID> = []
    /// Workers with prefetched tasks, the most loaded first: those to take back from when another is idle.
    var loaded = WorkerHeap()
    /// Smoothed run time of an ordinary task in microseconds; `nil` before the first.
    var meanMicroseconds: Double?
    package internal(set) var isShutDown = false
    var isDrained = false
    var jobIsRequested = false
    /// Jobs in a row that failed or lost workers while they came up.
    var poorJobs = 0
    /// Jobs in a row that lost a worker while they initialised MPI.
    var failedInitialisations = 0

    /// How often in a row jobs may fail before what waits for a better one is given up.
    static let attempts = 3

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
    package func place(of task: TaskID) -> Place? {
        switch tasks[task]?.station {
        case nil: return nil
        case .queued: return .queued
        case .parked: return .parked
        case .onWorker(let worker): return .onWorker(worker)
        case .inGang:
            guard let gang = gangs[task] else { return nil }
            guard gang.isRunning else { return .assembling(gang.job, gang.members.sorted()) }
            return .onGang(gang.members, unanswered: Set(unanswered(task)))
        }
    }

    /// The workers that are alive.
    package var liveWorkers: Set<WorkerID> { Set(workers.keys) }

    /// Ends the record of a task whose future has ended and that no worker holds.
    mutating func forget(_ task: TaskID, _ actions: inout [SchedulerAction]) {
        tasks.removeValue(forKey: task)
        actions.append(.forget(task))
        drainIfDone(&actions)
    }

    /// Says once, after a shutdown, that the last task has ended.
    mutating func drainIfDone(_ actions: inout [SchedulerAction]) {
        guard isShutDown, !isDrained, tasks.isEmpty else { return }
        isDrained = true
        actions.append(.drained)
    }
}
