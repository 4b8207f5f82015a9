// SPDX-License-Identifier: Apache-2.0
// How a local executor ends (after mpi4py.futures' ExecutorShutdownTestMixin).

import Testing

@testable import Futures

@Suite(.timeLimit(.minutes(1)))
struct LocalShutdownTests {
    @Test func refusesTasksAfterwards() async throws {
        let executor = LocalExecutor(concurrency: 1)
        await executor.shutdown()
        let future = await executor.submit(Returning(value: 1), options: TaskOptions(name: "late"))
        let error = await #expect(throws: ExecutorError.self) { try await future.value }
        #expect(error?.code == .shutDown)
        #expect(error?.message == "the executor is shut down and takes no more tasks; late was not started")
        await #expect(throws: ExecutorError.self) {
            for try await _ in executor.map(0..<3, { $0 }) {}
        }
    }

    @Test func finishesWhatIsQueued() async throws {
        let executor = LocalExecutor(concurrency: 2)
        let tally = Tally()
        var futures: [Future<Int>] = []
        for number in 0..<50 { futures.append(await executor.submit(Passage(number: number, tally: tally))) }
        await executor.shutdown()
        #expect(futures.allSatisfy { $0.state == .succeeded })
        #expect(tally.entries.count == 50)
    }

    @Test func leavesQueuedTasksUnlessToldOtherwiseLater() async throws {
        let executor = LocalExecutor(concurrency: 2)
        let gate = Gate()
        var futures: [Future<Int>] = []
        for number in 0..<200 { futures.append(await executor.submit(Visit(number: number, gate: gate))) }
        await gate.isReached(by: 2)
        let soft = Task { await executor.shutdown(cancelPending: false) }
        for _ in 0..<100 { await Task.yield() }
        #expect(futures[199].state == .pending)
        let hard = Task { await executor.shutdown(cancelPending: true) }
        await #expect(throws: CancellationError.self) { try await futures[199].value }
        // What runs is not cancelled by that.
        #expect(futures[0].state == .running)
        #expect(futures[1].state == .running)
        #expect(futures[2...].allSatisfy { $0.state == .cancelled })
        gate.open()
        await soft.value
        await hard.value
        #expect(try await futures[0].value == 0)
        #expect(try await futures[1].value == 1)
        #expect(gate.arrivals == 2)
    }

    @Test(arguments: [false, true], [false, true])
    func canBeRepeated(first: Bool, second: Bool) async throws {
        for isUsed in [false, true] {
            let executor = LocalExecutor(concurrency: 1)
            if isUsed { #expect(try await executor.submit(1) { $0 }.value == 1) }
            await executor.shutdown(cancelPending: first)
            await executor.shutdown(cancelPending: second)
            await executor.shutdown(cancelPending: first)
        }
    }

    @Test func finishesWhatIsQueuedWhenItIsDropped() async throws {
        let gate = Gate()
        var futures: [Future<Int>] = []
        do {
            let executor = LocalExecutor(concurrency: 1)
            for number in 0..<20 { futures.append(await executor.submit(Visit(number: number, gate: gate))) }
        }
        gate.open()
        for (number, future) in futures.enumerated() { #expect(try await future.value == number) }
    }

    @Test func isFreedWhenItIsDropped() async throws {
        weak var dispatcher: Dispatcher?
        do {
            let executor = LocalExecutor(concurrency: 1)
            dispatcher = await executor.dispatcher
            #expect(try await executor.submit(1) { $0 }.value == 1)
        }
        await until { dispatcher == nil }
    }
}
