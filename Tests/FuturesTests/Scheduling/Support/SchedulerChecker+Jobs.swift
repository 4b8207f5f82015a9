// SPDX-License-Identifier: Apache-2.0
// The checker's view of jobs: what is up, what retires, what can still initialise MPI.

@testable import Futures

extension SchedulerChecker {
    /// Follows an event that by itself ends nothing.
    mutating func follow(_ event: SchedulerEvent) {
        switch event {
        case .workerJoined(let worker, let job):
            workers[worker] = WorkerModel(job: job)
            jobs[job, default: JobModel()].workers.insert(worker)
        case .jobComplete(let job):
            complete(job)
        case .jobFailed:
            isJobPending = false
            poorJobs += 1
            for (job, model) in jobs where !model.isComplete {
                jobs[job]?.isComplete = true
                jobs[job]?.collective = .impossible
            }
            if !isServed { isBroken = true }
        case .collectiveReady(let job):
            guard jobs[job]?.collective == .preparing else { return }
            jobs[job]?.collective = .ready
            failedInitialisations = 0
        case .collectiveFailed(let job):
            guard jobs[job]?.collective == .preparing else { return }
            jobs[job]?.collective = .impossible
        default:
            break
        }
    }

    /// Takes a lost worker out of its job.
    mutating func loseFromJob(_ worker: WorkerID, _ job: JobID) {
        jobs[job]?.workers.remove(worker)
        switch jobs[job]?.collective {
        case .preparing:
            failedInitialisations += 1
            jobs[job]?.collective = .impossible
        case .unprepared:
            jobs[job]?.collective = .impossible
        case .ready, .impossible, nil:
            break
        }
        if jobs[job]?.workers.isEmpty == true { jobs[job] = nil }
    }

    /// A job is up: it or the older ones are too many.
    private mutating func complete(_ job: JobID) {
        isJobPending = false
        jobs[job]?.isComplete = true
        let count = jobs[job]?.workers.count ?? 0
        let others = jobs.filter { $0.key < job && !$0.value.isRetiring }
        let isShort = count < size
        if isShort { jobs[job]?.collective = .impossible }
        poorJobs = isShort ? poorJobs + 1 : 0
        if !isShort || count > others.values.reduce(0, { $0 + $1.workers.count }) {
            for other in others.keys { jobs[other]?.isRetiring = true }
        } else if !others.isEmpty {
            jobs[job]?.isRetiring = true
        }
        if isShort && poorJobs >= 3 && !isServed { isBroken = true }
    }
}
