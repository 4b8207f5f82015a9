// SPDX-License-Identifier: Apache-2.0
// What the owners of workers tell the dispatcher.

import Synchronization

extension Dispatcher {
    /// A worker of a job is connected and idle.
    package func workerJoined(_ worker: WorkerID, _ job: JobID) { post(.workerJoined(worker, job)) }

    /// Every worker of a job has joined or was lost on the way.
    package func jobComplete(_ job: JobID) { post(.jobComplete(job)) }

    /// A job will not come up.
    ///
    /// Where no worker is left, everything that waits fails with the reason.
    package func jobFailed(_ reason: ExecutorError) { post(.jobFailed(reason)) }

    /// The job did not initialise MPI in time; nothing happens where it did.
    package func collectiveTimedOut(_ job: JobID) { post(.collectiveTimedOut(job)) }

    /// Worker messages, in the order in which they came.
    package func received(_ reports: [WorkerReport], from worker: WorkerID) { post(.reports(reports, worker)) }

    /// A worker's process has ended.
    ///
    /// - Parameter error: What the future of the task that it died in fails with.
    package func workerLost(_ worker: WorkerID, _ blame: LossBlame, _ error: ExecutorError) {
        post(.workerLost(worker, blame, error))
    }

    /// Whether no worker is left and none will come.
    package var isBroken: Bool { core.withLock { $0.machine.isBroken } }

    /// Starts the workers before the first submission.
    package func bootUp() { post(.bootRequested) }

    /// Refuses new submissions and waits until the accepted ones have ended.
    package func drain(cancelPending: Bool) async {
        await withCheckedContinuation { post(.shutDown(cancelPending: cancelPending, $0)) }
    }
}
