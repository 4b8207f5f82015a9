// SPDX-License-Identifier: Apache-2.0
// What the dispatcher needs from whatever owns the workers.

/// The seat of a worker in a gang.
package struct GangSeat: Sendable, Hashable {
    /// The member's rank in the gang.
    package var rank: Int
    /// The members in rank order.
    package var members: [WorkerID]

    package init(rank: Int, members: [WorkerID]) {
        self.rank = rank
        self.members = members
    }
}

/// What is said to a worker.
package enum WorkerCommand: Sendable {
    /// Run a task, after those that were sent before; with a seat where it is a collective one.
    case run(TaskID, Submission, GangSeat?)
    /// Run a client's initializer, after what was sent before and ahead of the client's tasks.
    case initialize(DispatchClient)
    /// Cancel the task: drop it, or cancel its Swift task.
    case cancel(TaskID)
    /// Give the task back if it has not begun.
    case revoke(TaskID)
    /// Leave the communicator of a gang that has ended elsewhere.
    case abandon(TaskID)
    /// Initialise MPI, together with all workers of the job.
    case prepareCollective
    /// Leave.
    case leave
}

/// What a worker says.
package enum WorkerReport: Sendable {
    case started(TaskID)
    case progress(TaskID, TaskProgress)
    /// The task ran; with its run time in microseconds.
    case answered(TaskID, TaskOutcome, microseconds: Double?)
    /// The task had not begun and will not.
    case dropped(TaskID)
    /// The client's initializer has run.
    case initialized(client: UInt32)
    /// The client's initializer threw.
    case initializerFailed(client: UInt32, any Error)
    /// MPI is initialised in this worker.
    case collectivePrepared
    /// MPI could not be initialised in this worker.
    case collectiveFailed(String)
}

/// The owner of workers: carries commands to them and starts and ends them.
///
/// Calls come from any thread, one at a time and in order; none may block. What comes back goes to the dispatcher's
/// events.
package protocol WorkerPool: Sendable {
    /// Queues a command for a worker; a worker that is gone is ignored.
    func send(_ command: WorkerCommand, to worker: WorkerID)
    /// Sends what was queued; called once after a batch of commands.
    func flush()
    /// Starts another job of the pool's size.
    func startJob()
    /// Has every worker of a job initialise MPI.
    func prepareCollective(_ job: JobID)
    /// Ends a worker's process: its task has ended, and it does not leave it.
    func end(_ worker: WorkerID)
}
