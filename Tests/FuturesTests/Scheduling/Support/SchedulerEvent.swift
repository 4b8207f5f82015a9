// SPDX-License-Identifier: Apache-2.0
// Scheduler events as values, so that tests can list, generate and print them.

@testable import Futures

/// What can happen to a scheduler.
enum SchedulerEvent: Sendable, Equatable {
    case submitted(TaskID, TaskRequest)
    case cancelRequested(TaskID)
    case deadlinePassed(TaskID)
    case graceExpired(TaskID)
    case started(TaskID, WorkerID)
    case answered(TaskID, WorkerID, TaskAnswer)
    case workerLost(WorkerID, LossBlame)
    case workerJoined(WorkerID, JobID)
    case jobComplete(JobID)
    case jobFailed
    case collectiveReady(JobID)
    case collectiveFailed(JobID)
    case shutDown(cancelPending: Bool)
    case bootRequested
    case broke
}

extension SchedulerStateMachine {
    /// Feeds one event.
    mutating func handle(_ event: SchedulerEvent) -> [SchedulerAction] {
        switch event {
        case .submitted(let task, let request): submitted(task, request)
        case .cancelRequested(let task): cancelRequested(task)
        case .deadlinePassed(let task): deadlinePassed(task)
        case .graceExpired(let task): graceExpired(task)
        case .started(let task, let worker): started(task, worker)
        case .answered(let task, let worker, let answer): answered(task, worker, answer)
        case .workerLost(let worker, let blame): workerLost(worker, blame)
        case .workerJoined(let worker, let job): workerJoined(worker, job)
        case .jobComplete(let job): jobComplete(job)
        case .jobFailed: jobFailed()
        case .collectiveReady(let job): collectiveReady(job)
        case .collectiveFailed(let job): collectiveFailed(job)
        case .shutDown(let cancelPending): shutDown(cancelPending: cancelPending)
        case .bootRequested: bootRequested()
        case .broke: broke()
        }
    }
}

extension TaskID: ExpressibleByIntegerLiteral {
    /// The task, worker or job of that number.
    public init(integerLiteral value: UInt64) { self.init(value) }
}

extension WorkerID: ExpressibleByIntegerLiteral {
    /// The task, worker or job of that number.
    public init(integerLiteral value: Int) { self.init(value) }
}

extension JobID: ExpressibleByIntegerLiteral {
    /// The task, worker or job of that number.
    public init(integerLiteral value: Int) { self.init(value) }
}
