// SPDX-License-Identifier: Apache-2.0
// The initializer of a local executor.

import Futures
import Synchronization
import Testing

private let runs = Atomic<Int>(0)

@Sendable private func count() { runs.add(1, ordering: .relaxed) }

private struct NoTable: Error {}

@Sendable private func fail() throws { throw NoTable() }

@Suite(.serialized, .timeLimit(.minutes(1)))
struct LocalInitializerTests {
    @Test(arguments: [false, true])
    func runsOnceBeforeTheFirstTask(rehearses: Bool) async throws {
        let before = runs.load(ordering: .relaxed)
        let executor = LocalExecutor(
            concurrency: 3, rehearses: rehearses, initializer: try WorkerInitializer { count() })
        let futures = [
            await executor.submit(0) { $0 + runs.load(ordering: .relaxed) },
            await executor.submit(1) { $0 + runs.load(ordering: .relaxed) },
        ]
        #expect(try await futures[0].value == before + 1)
        #expect(try await futures[1].value == before + 2)
        try await executor.bootUp()
        await executor.shutdown()
    }

    @Test func failsTheExecutorWithItsCause() async throws {
        let executor = LocalExecutor(initializer: try WorkerInitializer { try fail() })
        let pending = await executor.submit(1) { $0 }
        let error = await #expect(throws: ExecutorError.self) { try await pending.value }
        #expect(error?.code == .initializerFailed)
        #expect(error?.cause is NoTable)
        await #expect(throws: ExecutorError.self) { try await executor.bootUp() }
        await executor.shutdown()
    }
}
