// SPDX-License-Identifier: Apache-2.0
// The executor without other processes, plain and rehearsing.

import Futures
import Testing

@Suite(.timeLimit(.minutes(1)))
struct LocalExecutorTests {
    @Test(arguments: [false, true])
    func runsClosures(rehearses: Bool) async throws {
        let executor = LocalExecutor(concurrency: 2, rehearses: rehearses)
        #expect(try await executor.submit(20) { $0 + 1 }.value == 21)
        #expect(try await executor.submit { "a" }.value == "a")
        try await executor.submit(1) { (_: Int) in }.value
        await executor.shutdown()
        let late = await executor.submit(1) { $0 }
        await #expect(throws: ExecutorError.self) { try await late.value }
    }

    @Test(arguments: [false, true])
    func mapsInOrder(rehearses: Bool) async throws {
        let executor = LocalExecutor(concurrency: 2, rehearses: rehearses)
        var outputs: [Int] = []
        for try await output in executor.map(0..<10_000, { $0 * 2 }) { outputs.append(output) }
        #expect(outputs == (0..<10_000).map { $0 * 2 })
    }

    @Test func mapsAnInfiniteSequenceLazily() async throws {
        let executor = LocalExecutor(concurrency: 2)
        var sum = 0
        for try await output in executor.map(sequence(first: 1, next: { $0 + 1 }), { $0 }) {
            sum += output
            if output == 100 { break }
        }
        #expect(sum == 5050)
    }

    @Test func mapsUnordered() async throws {
        let executor = LocalExecutor(concurrency: 3)
        var outputs: Set<Int> = []
        for try await output in executor.mapUnordered(0..<1000, { $0 }) { outputs.insert(output) }
        #expect(outputs == Set(0..<1000))
    }
}
