// SPDX-License-Identifier: Apache-2.0
// The dynamic strategy with real launchers and worker processes.

import Foundation
import Futures
import MPIFutures
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)))
struct DynamicPoolTests {
    @Test func runsAClosureInAnotherProcess() async throws {
        let pool = try await MPIExecutor(workers: 2)
        let pid = try await pool.submit(1) { _ in getpid() }.value
        #expect(pid != getpid())
        await pool.shutdown()
    }
}
