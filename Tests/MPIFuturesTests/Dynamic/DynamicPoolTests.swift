// SPDX-License-Identifier: Apache-2.0
// The dynamic strategy with real launchers and worker processes.

import Foundation
import Futures
import MPI
import MPIFutures
import Testing

struct Scaled: RemoteTask {
    var values: [Double]
    var factor: Double

    func run() async throws -> [Double] { values.map { $0 * factor } }
}

struct TestFailure: Error, Codable, Equatable {
    var reason: String
}

@Suite(.onePoolAtATime, .serialized, .timeLimit(.minutes(3)))
struct DynamicPoolTests {
    @Test func runsAClosureInAnotherProcess() async throws {
        try await withPool(workers: 2) { (pool: MPIExecutor) async throws in
            let pid = try await pool.submit(1) { _ in getpid() }.value
            #expect(pid != getpid())
            #expect(try await pool.submit(Scaled(values: [1, 2], factor: 3)).value == [3, 6])
        }
    }

    @Test func mapsTenThousandInOrder() async throws {
        try await withPool(workers: 2) { (pool: MPIExecutor) async throws in
            var outputs: [Int] = []
            var processes: Set<Int32> = []
            for try await output in pool.map(0..<10_000, { Pair(value: $0 * $0, pid: getpid()) }) {
                outputs.append(output.value)
                processes.insert(output.pid)
            }
            #expect(outputs == (0..<10_000).map { $0 * $0 })
            #expect(!processes.contains(getpid()))
        }
    }

    @Test func carriesAnErrorAsItself() async throws {
        try await withPool(workers: 1) { (pool: MPIExecutor) async throws in
            let future = await pool.submit("no luck") { (reason: String) -> Int in throw TestFailure(reason: reason) }
            await #expect(throws: TestFailure(reason: "no luck")) { try await future.value }
            #expect(try await pool.submit(1) { $0 }.value == 1)
        }
    }

    @Test(arguments: [2, 3])
    func reducesOverAGang(ranks: Int) async throws {
        try await withPool(workers: 3) { (pool: MPIExecutor) async throws in
            for _ in 0..<3 {
                let sum = try await pool.submit(10, ranks: ranks) { input, communicator in
                    try communicator.allReduce(input + communicator.rank, .sum)
                }.value
                #expect(sum == 10 * ranks + ranks * (ranks - 1) / 2)
            }
        }
    }

    @Test func endsAGangInWhichOneRankThrows() async throws {
        try await withPool(workers: 3) { (pool: MPIExecutor) async throws in
            let before = try await pool.submit(0, ranks: 3) { _, communicator in
                try communicator.allGather(Int(getpid()))
            }.value
            for guilty in 0..<3 {
                let clock = ContinuousClock()
                let start = clock.now
                let future = await pool.submit(guilty, ranks: 3) { guilty, communicator in
                    if communicator.rank == guilty { throw TestFailure(reason: "rank \(guilty)") }
                    return try communicator.allReduce(1, .sum)
                }
                await #expect(throws: TestFailure(reason: "rank \(guilty)")) { try await future.value }
                #expect(clock.now - start < .seconds(1))
                let after = try await pool.submit(0, ranks: 3) { _, communicator in
                    try communicator.allGather(Int(getpid()))
                }.value
                #expect(after == before)
            }
        }
    }

    @Test func exchangesCodableValuesInAGang() async throws {
        try await withPool(workers: 3) { (pool: MPIExecutor) async throws in
            let pairs = try await pool.submit("hello", ranks: 3) { word, communicator -> [Pair] in
                let next = (communicator.rank + 1) % communicator.size
                let previous = (communicator.rank + 2) % communicator.size
                // A message to the next rank is small enough to be on its way before anybody receives.
                try communicator.send(encoding: Pair(value: communicator.rank, pid: 1), to: next)
                let (pair, _) = try communicator.receive(decoding: Pair.self, from: previous)
                let words = try communicator.allGather(encoding: word)
                guard words == ["hello", "hello", "hello"] else { throw TestFailure(reason: "\(words)") }
                let root = try communicator.broadcast(encoding: communicator.rank == 1 ? pair : nil, root: 1)
                guard root.value == 0 else { throw TestFailure(reason: "\(root)") }
                return try communicator.gather(encoding: pair) ?? []
            }.value
            #expect(pairs.map(\.value) == [2, 0, 1])
        }
    }

    struct Pair: Codable {
        var value: Int
        var pid: Int32
    }
}

/// Runs a body with a pool and lets the pool leave, whatever happens.
func withPool(workers: Int, _ body: (MPIExecutor) async throws -> Void) async throws {
    let pool = try await MPIExecutor(strategy: .dynamic, workers: workers)
    do {
        try await body(pool)
    } catch {
        await pool.shutdown(cancelPending: true)
        throw error
    }
    await pool.shutdown()
}
