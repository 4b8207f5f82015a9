// SPDX-License-Identifier: Apache-2.0
// Pools beside and after each other, and how they go.

import Foundation
import Futures
import MPI
import Testing

@testable import MPIFutures

@Suite(.onePoolAtATime, .timeLimit(.minutes(2)))
struct PoolLifeTests {
    /// Asks two tasks that wait for each other for the process ids of two workers.
    private func workers(of pool: MPIExecutor) async throws -> [Int] {
        try await pool.submit(0, options: TaskOptions(ranks: .all)) { _ in
            guard let communicator = TaskContext.current?.communicator else { return [Int]() }
            return try communicator.allGather(Int(getpid()))
        }.value
    }

    @Test func stand3BesideEachOther() async throws {
        var pools: [MPIExecutor] = []
        for workers in [1, 2, 1] { pools.append(try await MPIExecutor(workers: workers)) }
        var futures: [[Future<Int>]] = []
        for (number, pool) in pools.enumerated() {
            futures.append([])
            for index in 0..<100 {
                futures[number].append(await pool.submit([number, index]) { $0[0] * 1000 + $0[1] })
            }
        }
        for number in pools.indices.reversed() {
            for index in (0..<100).reversed() {
                #expect(try await futures[number][index].value == number * 1000 + index)
            }
        }
        var processes: Set<Int32> = []
        for pool in pools { processes.insert(try await pool.submit(0) { _ in getpid() }.value) }
        #expect(processes.count == 3)
        // The first goes while the others serve.
        await pools[0].shutdown()
        #expect(try await pools[1].submit(1) { $0 }.value == 1)
        await pools[1].shutdown()
        await pools[2].shutdown()
        #expect(try await eventually(within: .seconds(2)) { !processes.contains(where: ProcessTree.runs) })
    }

    @Test func isSharedForTheSameRequest() async throws {
        var first: MPIExecutor? = try await MPIExecutor.shared(workers: 1)
        #expect(try await MPIExecutor.shared(workers: 1) === first)
        #expect(try await MPIExecutor.shared(strategy: .automatic, workers: 1) === first)
        let old = try #require(try await first?.submit(0) { _ in getpid() }.value)
        let second = try await MPIExecutor.shared(workers: 2)
        #expect(second !== first)
        // Who still holds the old one can use it.
        #expect(try await first?.submit(0) { _ in getpid() }.value == old)
        first = nil
        #expect(try await eventually(within: .seconds(5)) { !ProcessTree.runs(old) }, "nobody uses the old one")
        #expect(try await second.submit(1) { $0 }.value == 1)
        await second.shutdown()
        let third = try await MPIExecutor.shared(workers: 2)
        #expect(third !== second, "one that was shut down is made again")
        #expect(try await third.submit(1) { $0 }.value == 1)
        await third.shutdown()
    }

    @Test func isMadeOnceForRequestsAtTheSameTime() async throws {
        let pools = try await withThrowingTaskGroup(of: MPIExecutor.self) { group in
            for _ in 0..<8 { group.addTask { try await MPIExecutor.shared(workers: 3) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for pool in pools { #expect(pool === pools[0]) }
        await pools[0].shutdown()
    }

    @Test func isMadeAgainWhereItsLauncherHadFailed() throws {
        let program = try RunningProgram("PoolProgram", ["reborn"])
        #expect(program.readLine() == "launchFailed 2")
        program.process.waitUntilExit()
        #expect(program.process.terminationStatus == 0)
    }

    @Test func leavesNothingWhereItWasNeverUsed() async throws {
        let before = ProcessTree.descendants(of: getpid())
        var pool: MPIExecutor? = try await MPIExecutor(workers: 2)
        #expect(pool?.pool.directory == nil, "no socket before it is needed")
        #expect(Set(ProcessTree.descendants(of: getpid())).subtracting(before).isEmpty)
        weak let gone = pool?.pool
        pool = nil
        #expect(try await eventually(within: .seconds(2)) { gone == nil })
        let other = try await MPIExecutor(workers: 2)
        await other.shutdown()
        #expect(other.pool.directory == nil)
    }

    @Test func leavesNothingWhereItWasLetGo() async throws {
        var pool: MPIExecutor? = try await MPIExecutor(workers: 2)
        let workers = try await self.workers(of: try #require(pool)).map(Int32.init)
        let directory = try #require(pool?.pool.directory?.path)
        #expect(Set(workers).count == 2)
        // What was submitted still ends.
        let futures = [await pool?.submit(1) { $0 }, await pool?.submit(2) { $0 }]
        pool = nil
        #expect(try await futures[0]?.value == 1)
        #expect(try await futures[1]?.value == 2)
        let isGone = try await eventually(within: .seconds(5)) {
            !workers.contains(where: ProcessTree.runs) && !FileManager.default.fileExists(atPath: directory)
        }
        #expect(isGone)
    }

    @Test func isShutDownAsOftenAsOneLikes() async throws {
        let pool = try await MPIExecutor(workers: 2)
        let queued = await pool.submit(1) { $0 }
        async let first: Void = pool.shutdown()
        async let second: Void = pool.shutdown(cancelPending: false)
        _ = await (first, second)
        await pool.shutdown(cancelPending: true)
        #expect(try await queued.value == 1)
        let late = await pool.submit(2, options: TaskOptions(name: "late")) { $0 }
        let error = await #expect(throws: ExecutorError.self) { try await late.value }
        #expect(error?.code == .shutDown)
        #expect(error?.message == "the executor is shut down and takes no more tasks; late was not started")
        let gang = await pool.submit(2, ranks: 2) { input, _ in input }
        #expect(await #expect(throws: ExecutorError.self) { try await gang.value }?.code == .shutDown)
    }

    @Test func startsItsWorkersWhenTold() async throws {
        let pool = try await MPIExecutor(workers: 1)
        pool.startWorkers()
        pool.startWorkers()
        #expect(try await pool.submit(1) { $0 }.value == 1)
        pool.startWorkers()
        await pool.shutdown()
        pool.startWorkers()
        #expect(ProcessTree.descendants(of: getpid()).filter(ProcessTree.runs).isEmpty)
    }

    @Test func cancelsWhatWaitsWhenToldSo() async throws {
        let pool = try await MPIExecutor(workers: 1)
        let running = await pool.submit(0) { _ in
            while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
            return 5
        }
        try #require(await eventually(within: .seconds(60)) { running.state == .running })
        var queued: [Future<Int>] = []
        for number in 0..<100 { queued.append(await pool.submit(number) { $0 }) }
        let down = Task { await pool.shutdown(cancelPending: true) }
        for future in queued { await #expect(throws: CancellationError.self) { try await future.value } }
        #expect(running.state == .running, "what runs is not cancelled by that")
        running.cancel()
        await down.value
        #expect(try await running.value == 5)
    }

    @Test func refusesAGangThatIsTooLarge() async throws {
        let pool = try await MPIExecutor(workers: 2)
        for ranks in [3, 0, -1] {
            let future = await pool.submit(1, ranks: ranks, options: TaskOptions(name: "solve")) { input, _ in input }
            let error = await #expect(throws: ExecutorError.self) { try await future.value }
            #expect(error?.code == .rankMismatch)
            #expect(
                error?.message
                    == "solve asks for \(ranks) ranks and the executor has 2: ask for 1 to 2, or start a larger pool")
        }
        #expect(ProcessTree.descendants(of: getpid()).filter(ProcessTree.runs).isEmpty, "that starts no workers")
        await pool.shutdown()
    }
}
