// SPDX-License-Identifier: Apache-2.0
// The local strategy behind an executor.

import Futures
import Synchronization

/// Tasks run in this process: no MPI, gangs of one rank only.
final class LocalBackend: ExecutorBackend {
    let workers: Int
    private let executor: LocalExecutor
    private let isClosed = Atomic<Bool>(false)

    init(workers: Int, seed: UInt64, initializer: WorkerInitializer?) {
        self.workers = workers
        executor = LocalExecutor(concurrency: workers, seed: seed, initializer: initializer)
    }

    var largestGang: Int { 1 }

    var isUsable: Bool { !isClosed.load(ordering: .relaxed) }

    var summary: String { "\(workers) tasks at a time in this process" }

    func submit<Work: RemoteTask>(_ task: Work, options: TaskOptions) async -> Future<Work.Output> {
        await executor.submit(task, options: options)
    }

    func startWorkers() {
        // The process is there.
    }

    func bootUp() async throws { try await executor.bootUp() }

    func shutdown(cancelPending: Bool) async {
        isClosed.store(true, ordering: .relaxed)
        await executor.shutdown(cancelPending: cancelPending)
    }
}
