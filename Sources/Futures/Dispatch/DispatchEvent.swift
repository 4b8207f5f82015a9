// SPDX-License-Identifier: Apache-2.0
// What the dispatcher is told.

/// Something that happened to a pool or a submission.
enum DispatchEvent: Sendable {
    case submitted(TaskID, TaskRequest, Submission)
    case cancelRequested(TaskID)
    case deadlinePassed(TaskID)
    case graceExpired(TaskID)
    case bootRequested
    case workerJoined(WorkerID, JobID)
    case jobComplete(JobID)
    case jobFailed(ExecutorError)
    case collectiveTimedOut(JobID)
    case reports([WorkerReport], WorkerID)
    case workerLost(WorkerID, LossBlame, ExecutorError)
    case shutDown(cancelPending: Bool, CheckedContinuation<Void, Never>)
}

/// An action of the scheduler together with what is needed to perform it.
enum DispatchEffect {
    case command(WorkerCommand, WorkerID)
    case gang(TaskID, Submission, [WorkerID])
    case start(Submission)
    case report(Submission, TaskProgress)
    case end(Submission, TaskOutcome)
    case armDeadline(TaskID, Duration)
    case armGrace(TaskID)
    case prepareCollective(JobID)
    case endWorker(WorkerID)
    case startJob
    case drained([CheckedContinuation<Void, Never>])
}
