// SPDX-License-Identifier: Apache-2.0
// A way in for tests that look at the workers of a pool.

@testable import MPIFutures

extension MPIExecutor {
    /// The owner of the workers of a dynamic executor.
    nonisolated var pool: DynamicPool {
        guard let backend = backend as? DynamicBackend else { preconditionFailure("\(description) has no pool") }
        return backend.pool
    }
}
