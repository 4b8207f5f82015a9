// SPDX-License-Identifier: Apache-2.0
// What workers of a pool run before their first task.

import Foundation
import Futures
import MPI
import MPIFutures
import Synchronization
import Testing

/// What the initializer sets and tasks read, in a worker.
private let table = Mutex<[Int]>([])

/// The error of an initializer.
struct NoTable: Error, Codable, Equatable {
    var size: Int
}

/// Reads what the initializer has set.
@Sendable private func readTable(_ index: Int) -> Int { table.withLock { $0[index] } }

/// Sets what tasks read.
@Sendable private func makeTable(_ size: Int) { table.withLock { $0 = (0..<size).map { $0 * $0 } } }

/// Sets nothing.
@Sendable private func makeNoTable(_ size: Int) throws { throw NoTable(size: size) }

@Suite(.onePoolAtATime, .timeLimit(.minutes(2)))
struct InitializerTests {
    private func withPool(
        _ initializer: WorkerInitializer, _ body: (MPIExecutor) async throws -> Void
    ) async throws {
        let pool = try await MPIExecutor(strategy: .dynamic, workers: 2, initializer: initializer)
        try await body(pool)
        await pool.shutdown()
    }

    @Test func runsOnEveryWorkerBeforeItsFirstTask() async throws {
        try await withPool(WorkerInitializer(10) { makeTable($0) }) { (pool: MPIExecutor) async throws in
            try await pool.bootUp()
            try await pool.bootUp()
            var values: [Int] = []
            for try await value in pool.map(Array(0..<10), chunk: 1, { readTable($0) }) { values.append(value) }
            #expect(values == (0..<10).map { $0 * $0 })
            // A gang has it on every rank.
            let sum = await pool.submit(9, ranks: 2) { index, communicator in
                try communicator.allReduce(readTable(index), .sum)
            }
            #expect(try await sum.value == 162)
        }
    }

    @Test func runsInAReplacementToo() async throws {
        try await withPool(WorkerInitializer(4) { makeTable($0) }) { (pool: MPIExecutor) async throws in
            let lost = await pool.submit(0) { _ in raise(SIGKILL) }
            await #expect(throws: ExecutorError.self) { try await lost.value }
            let futures = [await pool.submit(3) { readTable($0) }, await pool.submit(2) { readTable($0) }]
            #expect(try await futures[0].value == 9)
            #expect(try await futures[1].value == 4)
        }
    }

    @Test func failsTheExecutorWithItsCause() async throws {
        try await withPool(WorkerInitializer(7) { try makeNoTable($0) }) { (pool: MPIExecutor) async throws in
            let pending = await pool.submit(1) { $0 }
            let error = await #expect(throws: ExecutorError.self) { try await pending.value }
            #expect(error?.code == .initializerFailed)
            #expect(error?.cause as? NoTable == NoTable(size: 7))
            let gang = await pool.submit(1, ranks: 2) { value, _ in value }
            let gangError = await #expect(throws: ExecutorError.self) { try await gang.value }
            #expect(gangError?.code == .initializerFailed)
            let bootError = await #expect(throws: ExecutorError.self) { try await pool.bootUp() }
            #expect(bootError?.code == .initializerFailed)
        }
    }

    @Test func failsTheExecutorWhereItKillsTheWorker() async throws {
        try await withPool(WorkerInitializer { raise(SIGKILL) }) { (pool: MPIExecutor) async throws in
            let pending = await pool.submit(1) { $0 }
            let error = await #expect(throws: ExecutorError.self) { try await pending.value }
            #expect(error?.code == .initializerFailed)
            #expect((error?.cause as? ExecutorError)?.message.contains("SIGKILL") == true)
        }
    }

    @Test func refusesAfterShutdown() async throws {
        let pool = try await MPIExecutor(strategy: .dynamic, workers: 1)
        await pool.shutdown()
        let error = await #expect(throws: ExecutorError.self) { try await pool.bootUp() }
        #expect(error?.code == .shutDown)
    }
}
