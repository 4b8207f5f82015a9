// SPDX-License-Identifier: Apache-2.0
// The words that the scheduler and whoever drives it share.

/// A submission, by the order in which the scheduler saw it.
package struct TaskID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let number: UInt64

    package init(_ number: UInt64) { self.number = number }

    package var description: String { "task \(number)" }

    package static func < (lhs: TaskID, rhs: TaskID) -> Bool { lhs.number < rhs.number }
}

/// A worker, unique over the life of a pool: a replacement has a number of its own.
package struct WorkerID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let number: Int

    package init(_ number: Int) { self.number = number }

    package var description: String { "worker \(number)" }

    package static func < (lhs: WorkerID, rhs: WorkerID) -> Bool { lhs.number < rhs.number }
}

/// One start of the launcher: the workers that share an MPI world.
///
/// Gangs never span two jobs.
package struct JobID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let number: Int

    package init(_ number: Int) { self.number = number }

    package var description: String { "job \(number)" }

    package static func < (lhs: JobID, rhs: JobID) -> Bool { lhs.number < rhs.number }
}

/// What the scheduler is told of a submission.
package struct TaskRequest: Sendable, Equatable {
    /// The size of the gang, `nil` for an ordinary task.
    package var gang: Int?
    package var priority: Int
    package var retries: Int
    /// The executor that it was submitted to: executors take turns.
    package var client: UInt32

    package init(gang: Int? = nil, priority: Int = 0, retries: Int = 0, client: UInt32 = 0) {
        self.gang = gang
        self.priority = priority
        self.retries = retries
        self.client = client
    }
}

/// How a worker answered for a task.
package enum TaskAnswer: Sendable, Equatable {
    /// The task returned.
    case returned
    /// The task threw.
    case threw
    /// The task had not begun and will not: it was revoked or cancelled in time.
    case dropped
}

/// Which of a lost worker's tasks it died in.
package enum LossBlame: Sendable, Equatable {
    /// The worker's own record says so; `nil`: it died between tasks.
    case known(TaskID?)
    /// Nobody knows: the first unanswered task is taken.
    case unknown
}

/// Why the scheduler itself ends a task.
package enum TaskFailure: Sendable, Equatable {
    case workerLost(WorkerID)
    case deadlineExceeded
    case gangTooLarge(asked: Int, size: Int)
    case shutDown
    /// No worker is left and none will come.
    case broken
    /// The job could not initialise MPI.
    case collectiveFailed(JobID)
    /// The initializer of the task's executor failed.
    case initializerFailed
}

/// What the scheduler wants done.
///
/// Actions are performed in the order in which they were returned.
package enum SchedulerAction: Sendable, Equatable {
    /// Send an ordinary task to a worker, which runs what it has in order.
    case send(TaskID, WorkerID)
    /// Send a collective task to each member; the position in the list is the rank.
    case startGang(TaskID, JobID, [WorkerID])
    /// Have every worker of the job initialise MPI.
    case prepareCollective(JobID)
    /// Cancel the task on that worker: drop it where it has not begun, cancel its Swift task where it has.
    case cancel(TaskID, WorkerID)
    /// Take the task back where it has not begun.
    case revoke(TaskID, WorkerID)
    /// The gang has ended elsewhere: leave its communicator.
    case abandonGang(TaskID, WorkerID)
    /// The task has begun: its future is running.
    case started(TaskID)
    /// The future ends with what this worker answered.
    case endWithAnswer(TaskID, of: WorkerID)
    case endCancelled(TaskID)
    case endFailed(TaskID, TaskFailure)
    /// No worker holds the task any more and its future has ended.
    case forget(TaskID)
    /// Call `graceExpired` when the grace for workers that should leave the task has passed.
    case armGrace(TaskID)
    /// End the process: it does not leave a task that has ended.
    case endWorker(WorkerID, TaskID)
    /// The pool is below its size: start another job.
    case requestJob
    /// The worker is idle and not needed any more: let it leave.
    case dismiss(WorkerID)
    /// After a shutdown: the last task has ended.
    case drained
}
