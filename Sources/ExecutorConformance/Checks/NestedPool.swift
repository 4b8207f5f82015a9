// SPDX-License-Identifier: Apache-2.0
// A pool inside a pool.

import Futures
import MPIFutures

/// What a task that makes a pool of its own is told.
enum NestedPool {
    /// The code of the refusal.
    static func code() async throws -> String {
        do {
            let pool = try await MPIExecutor()
            await pool.shutdown()
            return "a pool was made"
        } catch let error as ExecutorError {
            return error.code.description
        }
    }
}
