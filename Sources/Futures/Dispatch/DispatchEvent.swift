// SPDX-License-Identifier: Apache-2.0
// What the dispatcher is told.

/// Something that happened to a pool or a submission.
enum DispatchEvent: Sendable {
    case submitted(TaskID, TaskRequest, Submission)
    case cancelRequested(TaskID)
    case deadlinePassed(TaskID)
    case graceExpired(TaskID)
    case clientAdded(DispatchClient)
    case clientClosed(DispatchClient, cancelPending: Bool, CheckedContinuation<Void, Never>)
    case bootRequested(BootWaiter?)
    case workerJoined(WorkerID, JobID, isGangOnly: Bool)
    case jobComplete(JobID, isCollective: Bool)
    case jobFailed(ExecutorError)
    case poolFailed(ExecutorError)
    case collectiveTimedOut(JobID)
    case reports([WorkerReport], WorkerID)
    case workerLost(WorkerID, LossBlame, ExecutorError)
    case shutDown(cancelPending: Bool, CheckedContinuation<Void, Never>)
}

/// Somebody who waits for the workers to be there and initialised.
struct BootWaiter: Sendable {
    let client: DispatchClient
    let continuation: CheckedContinuation<ExecutorError?, Never>
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
    case booted(BootWaiter, ExecutorError?)
    case drained([CheckedContinuation<Void, Never>])
}
