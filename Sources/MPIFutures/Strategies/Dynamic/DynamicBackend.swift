// SPDX-License-Identifier: Apache-2.0
// The dynamic strategy behind an executor.

import Foundation
import Futures
import Synchronization

/// A dispatcher over workers that are started on demand.
final class DynamicBackend: ExecutorBackend {
    let workers: Int
    /// Owns the workers.
    let pool: DynamicPool
    private let dispatcher: Dispatcher
    private let client: DispatchClient
    private let isClosed = Atomic<Bool>(false)

    init(_ configuration: DynamicPool.Configuration, _ client: DispatchClient) {
        self.client = client
        workers = configuration.workers
        pool = DynamicPool(configuration)
        dispatcher = Dispatcher(size: configuration.workers, pool: pool)
        dispatcher.add(client)
        pool.attach(dispatcher)
    }

    var largestGang: Int { workers }

    var isUsable: Bool { !isClosed.load(ordering: .relaxed) && !dispatcher.isBroken }

    var summary: String {
        let hosts = pool.configuration.allocation?.summary ?? WorkerSetup.hostName
        return "\(workers) workers on \(hosts), started by \(pool.configuration.launcher.path)"
    }

    func submit<Work: RemoteTask>(_ task: Work, options: TaskOptions) async -> Future<Work.Output> {
        do {
            let payload = try TaskPayload.encode(task)
            return await dispatcher.submit(
                .encoded(payload), of: Work.self, by: client, gang: options.ranks.gangSize(of: workers),
                options: options)
        } catch {
            return Future(error: error)
        }
    }

    func startWorkers() { dispatcher.startWorkers() }

    func bootUp() async throws { try await dispatcher.bootUp(client) }

    func shutdown(cancelPending: Bool) async {
        isClosed.store(true, ordering: .relaxed)
        await dispatcher.drain(cancelPending: cancelPending)
        await pool.close()
    }
}

extension TaskOptions.Ranks {
    /// The number of members of the gang where the largest has `all`; `nil` for an ordinary task.
    func gangSize(of all: Int) -> Int? {
        switch self {
        case .one: nil
        case .gang(let ranks): ranks
        case .all: all
        }
    }
}
