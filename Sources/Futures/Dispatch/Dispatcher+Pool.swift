// SPDX-License-Identifier: Apache-2.0
// What the owners of workers tell the dispatcher.

import Synchronization

extension Dispatcher {
    /// A worker of a job is connected and idle.
    ///
    /// - Parameter isGangOnly: Whether it takes collective tasks only.
    package func workerJoined(_ worker: WorkerID, _ job: JobID, isGangOnly: Bool = false) {
        post(.workerJoined(worker, job, isGangOnly: isGangOnly))
    }

    /// Every worker of a job has joined or was lost on the way.
    ///
    /// - Parameter isCollective: Whether its workers have initialised MPI already.
    package func jobComplete(_ job: JobID, isCollective: Bool = false) {
        post(.jobComplete(job, isCollective: isCollective))
    }

    /// A job will not come up.
    ///
    /// Where no worker is left, everything that waits fails with the reason.
    package func jobFailed(_ reason: ExecutorError) { post(.jobFailed(reason)) }

    /// Nothing works any more: everything that is submitted, and will be, fails with the reason.
    package func poolFailed(_ reason: ExecutorError) { post(.poolFailed(reason)) }

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

    /// Starts the workers before the first submission; does not wait for them.
    package func startWorkers() { post(.bootRequested(nil)) }

    /// Starts the workers, and waits until they are there and have run the client's initializer.
    ///
    /// - Throws: ``ExecutorError``: the launch, or the initializer, failed.
    package func bootUp(_ client: DispatchClient) async throws(ExecutorError) {
        let failure = await withCheckedContinuation {
            post(.bootRequested(BootWaiter(client: client, continuation: $0)))
        }
        if let failure { throw failure }
    }

    /// Makes a client known, whose tasks may then be submitted.
    package func add(_ client: DispatchClient) { post(.clientAdded(client)) }

    /// Refuses new submissions of one client and waits until its accepted ones have ended.
    package func close(_ client: DispatchClient, cancelPending: Bool) async {
        await withCheckedContinuation { post(.clientClosed(client, cancelPending: cancelPending, $0)) }
    }

    /// Refuses new submissions and waits until the accepted ones have ended.
    package func drain(cancelPending: Bool) async {
        await withCheckedContinuation { post(.shutDown(cancelPending: cancelPending, $0)) }
    }
}
