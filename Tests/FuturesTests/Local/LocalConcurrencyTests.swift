// SPDX-License-Identifier: Apache-2.0
// How many tasks of a local executor run at a time, and which.

import Futures
import Testing

@Suite(.timeLimit(.minutes(1)))
struct LocalConcurrencyTests {
    @Test(arguments: [1, 2, 5])
    func keepsItsBound(slots: Int) async throws {
        let executor = LocalExecutor(concurrency: slots)
        #expect(await executor.concurrency == slots)
        let tally = Tally()
        let gate = Gate()
        var futures: [Future<Int>] = []
        for number in 0..<slots + 2 {
            futures.append(await executor.submit(Visit(number: number, gate: gate, tally: tally)))
        }
        for number in 0..<100 { futures.append(await executor.submit(Passage(number: number, tally: tally))) }
        await gate.isReached(by: slots)
        #expect(tally.mostPresent == slots, "all slots are used")
        #expect(futures.filter { $0.state == .pending }.count == futures.count - slots)
        gate.open()
        for future in futures { _ = try await future.value }
        #expect(tally.mostPresent == slots)
    }

    @Test func startsHigherPrioritiesFirstAndEqualOnesInOrder() async throws {
        let executor = LocalExecutor(concurrency: 1)
        let gate = Gate()
        let tally = Tally()
        var futures = [await executor.submit(Visit(number: -1, gate: gate))]
        await gate.isReached(by: 1)
        for (number, priority) in [0, 5, -3, 5, 0, 9].enumerated() {
            futures.append(
                await executor.submit(
                    Passage(number: number, tally: tally), options: TaskOptions(priority: priority)))
        }
        gate.open()
        for future in futures { _ = try await future.value }
        #expect(tally.entries == [5, 1, 3, 0, 4, 2])
    }

    @Test func cancelsAQueuedTask() async throws {
        let executor = LocalExecutor(concurrency: 1)
        let gate = Gate()
        let tally = Tally()
        let first = await executor.submit(Visit(gate: gate))
        let queued = await executor.submit(Passage(number: 1, tally: tally))
        let last = await executor.submit(Passage(number: 2, tally: tally))
        queued.cancel()
        await #expect(throws: CancellationError.self) { try await queued.value }
        #expect(queued.state == .cancelled)
        gate.open()
        _ = try await first.value
        #expect(try await last.value == 2)
        #expect(tally.entries == [2])
    }

    @Test func cancelsARunningTask() async throws {
        let executor = LocalExecutor(concurrency: 1)
        let gate = Gate()
        let future = await executor.submit(Visit(gate: gate))
        await gate.isReached(by: 1)
        #expect(future.state == .running)
        future.cancel()
        await #expect(throws: CancellationError.self) { try await future.value }
        #expect(future.state == .cancelled)
        #expect(try await executor.submit(1) { $0 }.value == 1)
    }

    @Test func cancelsARunningTaskWithItsWaiter() async throws {
        let executor = LocalExecutor(concurrency: 1)
        let gate = Gate()
        let future = await executor.submit(Visit(gate: gate), options: TaskOptions(cancelsWithWaiter: true))
        await gate.isReached(by: 1)
        let waiter = Task { try await future.value }
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
        // The gate is still closed: only the cancellation ends it.
        await #expect(throws: CancellationError.self) { try await future.value }
    }

    @Test func failsAtItsDeadlineAndCancelsTheTask() async throws {
        let executor = LocalExecutor(concurrency: 1)
        let gate = Gate()
        let future = await executor.submit(
            Visit(gate: gate), options: TaskOptions(name: "visit", deadline: .milliseconds(20)))
        let error = await #expect(throws: ExecutorError.self) { try await future.value }
        #expect(error?.code == .deadlineExceeded)
        #expect(error?.message == "visit did not end within its deadline of 0.02 seconds")
        #expect(try await executor.submit(1) { $0 }.value == 1)
    }

    @Test func getsASlotBackWhoseTaskIgnoredItsDeadline() async throws {
        let executor = LocalExecutor(concurrency: 1)
        let gate = Gate()
        let tally = Tally()
        let future = await executor.submit(
            Visit(gate: gate, tally: tally, isDeaf: true), options: TaskOptions(deadline: .milliseconds(10)))
        await #expect(throws: ExecutorError.self) { try await future.value }
        let next = await executor.submit(Passage(number: 7, tally: tally))
        // The grace of a task that does not leave is 2 s.
        await #expect(throws: ExecutorError.self) { try await next.value(within: .milliseconds(2300)) }
        #expect(next.state == .pending, "the slot is still taken")
        gate.open()
        #expect(try await next.value == 7)
        #expect(tally.mostPresent == 1)
        #expect(try await executor.submit { TaskContext.current?.worker }.value == 0)
        await executor.shutdown()
    }

    @Test func refusesAGang() async throws {
        let executor = LocalExecutor(concurrency: 4)
        let future = await executor.submit(
            Returning(value: 1), options: TaskOptions(name: "solve", ranks: .gang(2)))
        let error = await #expect(throws: ExecutorError.self) { try await future.value }
        #expect(error?.code == .rankMismatch)
        #expect(
            error?.message == "solve asks for 2 ranks and a local executor has 1: submit it to an MPIExecutor")
        #expect(try await executor.submit(Returning(value: 1), options: TaskOptions(ranks: .gang(1))).value == 1)
        #expect(try await executor.submit(Returning(value: 1), options: TaskOptions(ranks: .all)).value == 1)
    }

    @Test func passesProgressOn() async throws {
        let executor = LocalExecutor(concurrency: 1)
        let gate = Gate()
        let future = await executor.submit(gate) { gate in
            TaskContext.current?.report(progress: 0.25, "quarter")
            try await gate.pass()
            return 1
        }
        await gate.isReached(by: 1)
        var reports = future.progress.makeAsyncIterator()
        #expect(await reports.next() == TaskProgress(fraction: 0.25, message: "quarter"))
        gate.open()
        #expect(await reports.next() == nil)
    }

    @Test func tellsATaskWhereItRuns() async throws {
        let executor = LocalExecutor(concurrency: 2)
        #expect(TaskContext.current == nil)
        let facts = try await executor.submit(0, options: TaskOptions(name: "facts")) { (_: Int) -> [String] in
            guard let context = TaskContext.current else { return [] }
            async let child = TaskContext.current?.name
            return [context.name, "\(context.rank) of \(context.ranks)", "\(context.submission)", await child ?? ""]
        }.value
        #expect(facts == ["facts", "0 of 1", "0", "facts"])
    }
}
