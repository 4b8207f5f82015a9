// SPDX-License-Identifier: Apache-2.0
// What the owner of the workers tells the dispatcher.

import Synchronization

extension Dispatcher {
    /// A worker of a job is connected and idle.
    package func workerJoined(_ worker: WorkerID, _ job: JobID) {
        event { state in
            state.jobOf[worker] = job
            return state.machine.workerJoined(worker, job)
        }
    }

    /// Every worker of a job has joined or was lost on the way.
    package func jobComplete(_ job: JobID) {
        event { $0.machine.jobComplete(job) }
    }

    /// A job will not come up. Where no worker is left, everything that waits fails with the reason.
    package func jobFailed(_ reason: ExecutorError) {
        event(failure: reason) { state in
            guard !state.machine.jobFailed() else { return [] }
            state.brokenError = reason
            return state.machine.broke()
        }
    }

    /// The job did not initialise MPI in time.
    package func collectiveTimedOut(_ job: JobID) {
        event { state in
            guard state.unprepared.removeValue(forKey: job) != nil else { return [] }
            state.brokenError = ExecutorError(
                .bootTimedOut, "the workers did not initialise MPI within the boot deadline")
            return state.machine.collectiveFailed(job)
        }
    }

    /// Worker messages, in the order in which they came.
    package func received(_ reports: [WorkerReport], from worker: WorkerID) {
        var progress: [(Submission, TaskProgress)] = []
        event { state in
            var actions: [SchedulerAction] = []
            for report in reports {
                if case .progress(let task, let value) = report {
                    if let submission = state.entries[task]?.submission { progress.append((submission, value)) }
                } else {
                    actions += Self.apply(report, from: worker, &state)
                }
            }
            return actions
        }
        for (submission, value) in progress { submission.report(value) }
    }

    /// A worker's process has ended.
    ///
    /// - Parameter error: What the future of the task that it died in fails with.
    package func workerLost(_ worker: WorkerID, _ blame: LossBlame, _ error: ExecutorError) {
        event(failure: error) { state in
            let job = state.jobOf.removeValue(forKey: worker)
            var actions = state.machine.workerLost(worker, blame)
            if let job, state.unprepared[job]?.remove(worker) != nil {
                state.unprepared[job] = nil
            }
            if state.machine.workers.isEmpty && !state.machine.jobIsRequested {
                state.brokenError = error
                actions += state.machine.broke()
            }
            return actions
        }
    }

    /// Starts the workers before the first submission.
    package func bootUp() {
        event { $0.machine.bootRequested() }
    }

    /// Refuses new submissions and waits until the accepted ones have ended.
    package func drain(cancelPending: Bool) async {
        event { $0.machine.shutDown(cancelPending: cancelPending) }
        await withCheckedContinuation { continuation in
            let isDrained = state.withLock { state in
                if !state.isDrained { state.drainWaiters.append(continuation) }
                return state.isDrained
            }
            if isDrained { continuation.resume() }
        }
    }

    /// Whether nothing is submitted that has not ended.
    package var isIdle: Bool { state.withLock { $0.machine.liveTaskCount == 0 } }

    private static func apply(
        _ report: WorkerReport, from worker: WorkerID, _ state: inout State
    ) -> [SchedulerAction] {
        switch report {
        case .started(let task):
            return state.machine.started(task, worker)
        case .dropped(let task):
            return state.machine.answered(task, worker, .dropped)
        case .answered(let task, let outcome, let microseconds):
            state.entries[task]?.answers.append((worker, outcome))
            var answer = TaskAnswer.returned
            if case .failure = outcome { answer = .threw }
            return state.machine.answered(task, worker, answer, microseconds: microseconds)
        case .collectivePrepared:
            guard let job = state.jobOf[worker], state.unprepared[job]?.remove(worker) != nil,
                state.unprepared[job]?.isEmpty == true
            else { return [] }
            state.unprepared[job] = nil
            return state.machine.collectiveReady(job)
        case .collectiveFailed(let reason):
            guard let job = state.jobOf[worker] else { return [] }
            state.unprepared[job] = nil
            state.brokenError = ExecutorError(.launchFailed, "MPI could not be initialised: \(reason)")
            return state.machine.collectiveFailed(job)
        case .progress:
            return []
        }
    }

    /// The error of a task that the scheduler itself ended.
    static func error(
        for reason: TaskFailure, _ submission: Submission, _ broken: ExecutorError?
    ) -> ExecutorError {
        let name = submission.header.name
        switch reason {
        case .workerLost(let worker):
            return ExecutorError(.workerLost, "\(worker) was lost while it ran \(name)")
        case .deadlineExceeded:
            let limit = submission.deadline.map { "\($0)" } ?? "?"
            return ExecutorError(.deadlineExceeded, "\(name) did not end within its deadline of \(limit)")
        case .gangTooLarge(let asked, let size):
            return ExecutorError(
                .rankMismatch,
                "\(name) asks for \(asked) ranks and the executor has \(size): ask for 1 to \(size), or start a "
                    + "larger pool")
        case .shutDown:
            return ExecutorError(
                .shutDown, "the executor is shut down and takes no more tasks; \(name) was not started")
        case .broken, .collectiveFailed:
            return broken ?? ExecutorError(.launchFailed, "the pool has no workers and none can be started")
        }
    }
}
