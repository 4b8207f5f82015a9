// SPDX-License-Identifier: Apache-2.0
// Workers that die.

import Foundation
import Futures
import MPI
import MPIFutures
import Testing

@Suite(.onePoolAtATime, .serialized, .timeLimit(.minutes(3)))
struct LossTests {
    @Test func namesWorkerHostAndSignal() async throws {
        try await withPool(workers: 2) { (pool: MPIExecutor) async throws in
            let clock = ContinuousClock()
            let others = await pool.submit(5) { $0 }
            let start = clock.now
            let doomed = await pool.submit(0) { _ -> Int in
                kill(getpid(), SIGKILL)
                return 0
            }
            let error = await #expect(throws: ExecutorError.self) { try await doomed.value }
            #expect(clock.now - start < .seconds(2))
            #expect(error?.code == .workerLost)
            let message = error?.message ?? ""
            #expect(message.contains("worker "))
            #expect(message.contains(" on "))
            #expect(message.contains("SIGKILL"))
            #expect(try await others.value == 5)
            // The pool is at full size again, so a gang of all its workers works.
            let sum = try await pool.submit(0, ranks: 2) { _, c in try c.allReduce(1, .sum) }.value
            #expect(sum == 2)
        }
    }

    @Test func namesASegmentationFault() async throws {
        try await withPool(workers: 2) { (pool: MPIExecutor) async throws in
            let doomed = await pool.submit(0) { _ -> Int in
                raise(SIGSEGV)
                return 0
            }
            let error = await #expect(throws: ExecutorError.self) { try await doomed.value }
            #expect(error?.message.contains("SIGSEGV") == true)
        }
    }

    @Test func quotesASwiftTrap() async throws {
        try await withPool(workers: 2) { (pool: MPIExecutor) async throws in
            let doomed = await pool.submit([Int]()) { $0[3] }
            let error = await #expect(throws: ExecutorError.self) { try await doomed.value }
            #expect(error?.code == .workerLost)
            #expect(error?.message.contains("Index out of range") == true)
        }
    }

    @Test func failsOnlyTheItemThatCrashed() async throws {
        try await withPool(workers: 2) { (pool: MPIExecutor) async throws in
            var failures: [Int] = []
            var index = 0
            let inputs = Array(0..<400)
            let results = pool.map(inputs, chunk: 40) { (item: Int) -> Int in
                if item == 217 { kill(getpid(), SIGKILL) }
                return item
            }.results
            for try await result in results {
                switch result {
                case .success(let value): #expect(value == index)
                case .failure: failures.append(index)
                }
                index += 1
            }
            #expect(failures == [217])
            #expect(index == 400)
        }
    }

    @Test func survivesALossInsideAGang() async throws {
        try await withPool(workers: 3) { (pool: MPIExecutor) async throws in
            let doomed = await pool.submit(0, ranks: 3) { _, communicator in
                if communicator.rank == 1 { kill(getpid(), SIGKILL) }
                return try communicator.allReduce(1, .sum)
            }
            let error = await #expect(throws: ExecutorError.self) { try await doomed.value }
            #expect(error?.code == .workerLost)
            #expect(error?.message.contains("SIGKILL") == true)
            let sum = try await pool.submit(0, ranks: 3) { _, c in try c.allReduce(1, .sum) }.value
            #expect(sum == 3)
        }
    }

    @Test func survivesALossBeforeMPIIsInitialised() async throws {
        try await withPool(workers: 3) { (pool: MPIExecutor) async throws in
            let doomed = await pool.submit(0) { _ -> Int in
                kill(getpid(), SIGKILL)
                return 0
            }
            let gang = await pool.submit(0, ranks: 3) { _, c in try c.allReduce(1, .sum) }
            await #expect(throws: ExecutorError.self) { try await doomed.value }
            #expect(try await gang.value == 3)
        }
    }
}
