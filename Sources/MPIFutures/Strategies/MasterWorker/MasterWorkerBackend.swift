// SPDX-License-Identifier: Apache-2.0
// The master/worker strategy behind an executor.

import Futures
import Synchronization

/// One of the executors of a program that is rank 0 of an MPI job; all share the other ranks.
final class MasterWorkerBackend: ExecutorBackend {
    private let job: MasterWorkerJob
    private let client: DispatchClient
    private let isClosed = Atomic<Bool>(false)

    init(_ job: MasterWorkerJob, _ client: DispatchClient) {
        self.job = job
        self.client = client
        job.dispatcher.add(client)
    }

    var workers: Int { job.workers }

    var largestGang: Int { job.rootTakesPart ? job.size : job.size - 1 }

    var isUsable: Bool { !isClosed.load(ordering: .relaxed) && !job.dispatcher.isBroken }

    var summary: String {
        let root = job.rootTakesPart ? "rank 0 takes part in collective tasks" : "rank 0 hands out tasks only"
        return "\(workers) workers of an MPI job of \(job.size) ranks, \(root)"
    }

    func submit<Work: RemoteTask>(_ task: Work, options: TaskOptions) async -> Future<Work.Output> {
        do {
            let payload = try TaskPayload.encode(task)
            return await job.dispatcher.submit(
                .encoded(payload), of: Work.self, by: client, gang: options.ranks.gangSize(of: largestGang),
                options: options)
        } catch {
            return Future(error: error)
        }
    }

    func startWorkers() { job.dispatcher.startWorkers() }

    func bootUp() async throws { try await job.dispatcher.bootUp(client) }

    func shutdown(cancelPending: Bool) async {
        isClosed.store(true, ordering: .relaxed)
        await job.dispatcher.close(client, cancelPending: cancelPending)
    }
}
