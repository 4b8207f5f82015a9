// SPDX-License-Identifier: Apache-2.0
// The pool that a program shares.

import Foundation
import Futures

extension MPIExecutor {
    /// The pool of this program: made at the first call, the same one for the same request.
    ///
    /// Another request makes another pool; the old one ends when nobody holds it and what was submitted to it has
    /// ended.
    ///
    /// - Parameters:
    ///   - strategy: How the processes come to be; `MPIFUTURES_STRATEGY` where automatic and set.
    ///   - workers: How many; `MPIFUTURES_WORKERS` where `nil` and set, else one per physical core.
    /// - Throws: As ``init(strategy:workers:launcher:bootDeadline:seed:)``.
    public static func shared(strategy: Strategy = .automatic, workers: Int? = nil) async throws -> MPIExecutor {
        try await PoolCache.shared.pool(strategy, workers)
    }
}

/// Keeps the pool that was asked for last.
private actor PoolCache {
    /// What makes two requests the same: what is in force, however it was asked for.
    struct Key: Hashable {
        var strategy: Strategy
        var workers: Int
    }

    static let shared = PoolCache()
    private var entry: (key: Key, pool: Task<MPIExecutor, any Error>)?

    func pool(_ strategy: Strategy, _ workers: Int?) async throws -> MPIExecutor {
        let environment = ProcessInfo.processInfo.environment
        let choice = try StrategyChoice(asked: strategy, launcher: nil, environment: environment)
        let count = try PoolEnvironment.workerCount(workers, environment, slots: choice.allocation?.slots)
        let key = Key(strategy: choice.strategy, workers: count)
        while let entry, entry.key == key {
            // A pool that could not be made, was shut down or has lost its launcher since is made again.
            if let pool = try? await entry.pool.value, pool.backend.isUsable { return pool }
            // Somebody else may have done so in the meantime.
            if self.entry?.pool == entry.pool { break }
        }
        let making = Task { try await MPIExecutor(strategy: strategy, workers: workers) }
        entry = (key, making)
        return try await making.value
    }
}
