// SPDX-License-Identifier: Apache-2.0
// What the scheduler remembers of tasks, gangs, workers and jobs.

extension SchedulerStateMachine {
    /// Where a task is; what belongs to a gang is in its own record.
    enum Station: Sendable, Equatable {
        case queued, parked
        case onWorker(WorkerID)
        case inGang
    }

    /// A task from its submission until its future has ended and no worker holds it.
    struct TaskRecord: Sendable {
        var request: TaskRequest
        var station = Station.queued
        /// The future has ended, but workers still hold the task.
        var hasEnded = false
        /// It was reported that the task runs; that is said once, however often it starts again.
        var isAnnounced = false
        /// The worker that holds the task has begun it.
        var hasBegun = false
        /// The worker was asked to give the task back or to cancel it.
        var isLeaving = false
        /// Cancellation was asked for.
        var isCancelled = false
        /// Where a worker gives the task back, it is cancelled instead of sent again.
        var endsIfDropped = false
        /// A member of the gang was lost; the task starts again when the others have left it.
        var restarts = false
    }

    /// The workers that were chosen for a collective task.
    ///
    /// A worker whose record names the task is reserved for it, or runs it and has not answered.
    struct GangRecord: Sendable {
        let job: JobID
        /// In rank order once the gang runs.
        var members: [WorkerID] = []
        /// Members that still have ordinary tasks; the gang waits for them.
        var busyCount = 0
        /// Members that have not answered; 0 before the gang runs.
        var unansweredCount = 0
        var isRunning = false
    }

    /// A worker from its arrival until its process has ended.
    struct WorkerRecord: Sendable {
        var job: JobID
        /// Ordinary tasks in the order in which they were sent; the first is the one that runs.
        var assigned: [TaskID] = []
        /// The gang that the worker is reserved for or runs in.
        var gang: TaskID?
        /// The process is being ended: nothing more is sent, and no task is to blame.
        var isEnding = false
        /// It takes collective tasks only.
        var isGangOnly = false
    }

    /// How far a job is with `MPI_Init`, which is collective over all of its workers.
    enum CollectiveState: Sendable {
        case unprepared, preparing, ready, impossible
    }

    /// One start of the launcher.
    struct JobRecord: Sendable {
        var workers: Set<WorkerID> = []
        /// Workers that may take tasks and are in no gang, the least loaded first; empty where the job is retiring.
        var free = WorkerHeap()
        /// Those that take collective tasks only, and are in none.
        var freeForGangs = WorkerHeap()
        /// How many workers take collective tasks only.
        var gangOnlyCount = 0
        var collective = CollectiveState.unprepared
        /// Every worker has joined, or was lost before it could.
        var isComplete = false
        /// A better job is there: this one finishes what it has, and its workers leave.
        var isRetiring = false
    }
}
