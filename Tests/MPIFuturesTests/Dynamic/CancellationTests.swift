// SPDX-License-Identifier: Apache-2.0
// Cancellation and deadlines of tasks in other processes.

import Foundation
import Futures
import MPI
import Testing

@testable import MPIFutures

@Suite(.onePoolAtATime, .timeLimit(.minutes(2)))
struct CancellationTests {
    @Test func reachesATaskThatRuns() async throws {
        try await withPool(workers: 1) { (pool: MPIExecutor) async throws in
            let heard = await pool.submit(0) { _ -> Int in
                while !Task.isCancelled { await Task.yield() }
                throw CancellationError()
            }
            try #require(await eventually(within: .seconds(60)) { heard.state == .running })
            heard.cancel()
            await #expect(throws: CancellationError.self) { try await heard.value }
            #expect(heard.state == .cancelled)

            let asleep = await pool.submit(0) { _ -> Int in
                try await Task.sleep(for: .seconds(1000))
                return 0
            }
            try #require(await eventually(within: .seconds(5)) { asleep.state == .running })
            asleep.cancel()
            await #expect(throws: CancellationError.self) { try await asleep.value }

            // A task may finish all the same, and the next one is not touched.
            let stubborn = await pool.submit(0) { _ -> Int in
                while !Task.isCancelled { await Task.yield() }
                return 7
            }
            let next = await pool.submit(0) { _ in Task.isCancelled }
            try #require(await eventually(within: .seconds(5)) { stubborn.state == .running })
            stubborn.cancel()
            #expect(try await stubborn.value == 7)
            #expect(try await next.value == false)
        }
    }

    @Test func reachesTasksThatWait() async throws {
        try await withPool(workers: 1) { (pool: MPIExecutor) async throws in
            let running = await pool.submit(0) { _ -> Int in
                while !Task.isCancelled { await Task.yield() }
                return 1
            }
            try #require(await eventually(within: .seconds(60)) { running.state == .running })
            // Some are with the worker already, others in this process.
            var waiting: [Future<Int>] = []
            for number in 0..<50 { waiting.append(await pool.submit(number) { $0 }) }
            for future in waiting[..<49] { future.cancel() }
            for future in waiting[..<49] {
                await #expect(throws: CancellationError.self) { try await future.value(within: .seconds(5)) }
            }
            #expect(running.state == .running)
            running.cancel()
            #expect(try await running.value == 1)
            #expect(try await waiting[49].value == 49)
        }
    }

    /// Cancels quick tasks at random moments: whatever hits its neighbour would end that one as cancelled.
    @Test func touchesNoOtherTask() async throws {
        try await withPool(workers: 1) { (pool: MPIExecutor) async throws in
            var futures: [Future<Bool>] = []
            for _ in 0..<3000 {
                futures.append(
                    await pool.submit(0) { _ in
                        for _ in 0..<20 { await Task.yield() }
                        return Task.isCancelled
                    })
            }
            let cancelled = Task { [futures] in
                for (index, future) in futures.enumerated() where index % 2 == 0 {
                    while future.state == .pending && index > 40 && !futures[index - 40].state.isEnd {
                        await Task.yield()
                    }
                    future.cancel()
                }
            }
            for (index, future) in futures.enumerated() where index % 2 == 1 {
                #expect(try await future.value == false, "task \(index) was cancelled in another's place")
            }
            await cancelled.value
            #expect(try await pool.submit(0) { _ in Task.isCancelled }.value == false)
        }
    }

    @Test func isFollowedByTheEndOfAWorkerThatIgnoresADeadline() async throws {
        try await withPool(workers: 2) { (pool: MPIExecutor) async throws in
            let clock = ContinuousClock()
            _ = try await pool.submit(0) { $0 }.value
            let start = clock.now
            let stuck = await pool.submit(0, options: TaskOptions(name: "loop", deadline: .milliseconds(300))) {
                start -> Int in
                var x = start
                while x >= 0 { x = (x &+ 1) & 0xFFFF }
                return x
            }
            // Waits behind it, or beside it.
            let others = [await pool.submit(1) { $0 }, await pool.submit(2) { $0 }]
            let error = await #expect(throws: ExecutorError.self) { try await stuck.value }
            #expect(error?.code == .deadlineExceeded)
            #expect(error?.message == "loop did not end within its deadline of 0.3 seconds")
            #expect(clock.now - start < .seconds(2))
            #expect(try await others[0].value == 1)
            #expect(try await others[1].value == 2)
            // The pool is at its full size again: a gang of all needs the second worker.
            let sum = try await pool.submit(0, ranks: 2) { _, communicator in try communicator.allReduce(1, .sum) }
                .value
            #expect(sum == 2)
            #expect(clock.now - start < .seconds(15))
        }
    }

    @Test func endsAGangAtItsDeadline() async throws {
        try await withPool(workers: 2) { (pool: MPIExecutor) async throws in
            func processes() async throws -> [Int] {
                try await pool.submit(0, ranks: 2) { _, communicator in
                    try communicator.allGather(Int(getpid()))
                }.value
            }
            let before = try await processes()
            let clock = ContinuousClock()
            let start = clock.now
            let future = await pool.submit(0, ranks: 2, options: TaskOptions(deadline: .milliseconds(300))) {
                (_, communicator) -> Int in
                // Nobody sends.
                try communicator.receive(Int.self, from: 1 - communicator.rank).value
            }
            let error = await #expect(throws: ExecutorError.self) { try await future.value }
            #expect(error?.code == .deadlineExceeded)
            #expect(clock.now - start < .seconds(2))
            #expect(try await processes() == before, "ranks that wait can leave, so no process is ended")
        }
    }

    @Test func endsAGangThatIsCancelled() async throws {
        try await withPool(workers: 2) { (pool: MPIExecutor) async throws in
            let future = await pool.submit(0, ranks: 2) { (_, communicator) -> Int in
                try communicator.receive(Int.self, from: 1 - communicator.rank).value
            }
            try #require(await eventually(within: .seconds(60)) { future.state == .running })
            future.cancel()
            await #expect(throws: CancellationError.self) { try await future.value }
            let sum = try await pool.submit(0, ranks: 2) { _, communicator in try communicator.allReduce(1, .sum) }
                .value
            #expect(sum == 2)
        }
    }
}
