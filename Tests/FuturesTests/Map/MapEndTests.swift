// SPDX-License-Identifier: Apache-2.0
// Maps that are left before they are through.

import Futures
import Testing

@Suite(.timeLimit(.minutes(1)))
struct MapEndTests {
    /// Tasks of which the first passes and the others wait, until somebody cancels them.
    private func visits(_ gate: Gate, _ tally: Tally) -> [Visit] {
        let open = Gate()
        open.open()
        return [Visit(number: 0, gate: open)] + (1..<12).map { Visit(number: $0, gate: gate, tally: tally) }
    }

    @Test func cancelsTheRestWhenItIsLeftEarly() async throws {
        let executor = LocalExecutor(concurrency: 3)
        let (gate, tally) = (Gate(), Tally())
        for try await output in executor.map(visits(gate, tally), chunk: 1) {
            #expect(output == 0)
            break
        }
        // Returns only because what waits at the gate was cancelled.
        await executor.shutdown()
        #expect(tally.entries == [])
        #expect(gate.arrivals <= 3)
    }

    @Test func cancelsTheRestWhenItIsLeftEarlyUnordered() async throws {
        let executor = LocalExecutor(concurrency: 3)
        let (gate, tally) = (Gate(), Tally())
        for try await output in executor.mapUnordered(visits(gate, tally), chunk: 1) {
            #expect(output == 0)
            break
        }
        await executor.shutdown()
        #expect(tally.entries == [])
        #expect(gate.arrivals <= 3)
    }

    @Test(arguments: [false, true])
    func endsWithItsConsumer(isOrdered: Bool) async throws {
        let executor = LocalExecutor(concurrency: 3)
        let (gate, tally) = (Gate(), Tally())
        let consumer = Task {
            var count = 0
            do {
                if isOrdered {
                    for try await _ in executor.map(visits(gate, tally), chunk: 1) { count += 1 }
                } else {
                    for try await _ in executor.mapUnordered(visits(gate, tally), chunk: 1) { count += 1 }
                }
                Issue.record("a cancelled map came to its end")
            } catch {
                #expect(error is CancellationError)
            }
            return count
        }
        await gate.isReached(by: 2)
        consumer.cancel()
        #expect(await consumer.value <= 1)
        await executor.shutdown()
        #expect(tally.entries == [])
    }

    @Test(arguments: [false, true])
    func cancelsTheRestAtAnError(isOrdered: Bool) async throws {
        let executor = LocalExecutor(concurrency: 3)
        let gate = Gate()
        let inputs = [Gate?](repeating: gate, count: 11)
        if isOrdered {
            await #expect(throws: Fault()) {
                try await collect(
                    executor.map([nil] + inputs, chunk: 1) { gate in
                        guard let gate else { throw Fault() }
                        try await gate.pass()
                        return 1
                    })
            }
        } else {
            await #expect(throws: Fault()) {
                try await collect(
                    executor.mapUnordered([nil] + inputs, chunk: 1) { gate in
                        guard let gate else { throw Fault() }
                        try await gate.pass()
                        return 1
                    })
            }
        }
        await executor.shutdown()
        #expect(gate.arrivals <= 3)
    }

    @Test func endsAfterAnErrorUnordered() async throws {
        let executor = LocalExecutor(concurrency: 1)
        let pulled = Counter()
        let inputs = sequence(state: 0) { (next: inout Int) -> Int? in
            pulled.increment()
            defer { next += 1 }
            return next
        }
        let iterator = executor.mapUnordered(inputs, chunk: 1) { (input: Int) -> Int in
            if input == 3 { throw Fault() }
            return input
        }.makeAsyncIterator()
        await #expect(throws: Fault()) {
            while let output = try await iterator.next() { #expect(output < 100) }
        }
        let count = pulled.count
        #expect(try await iterator.next() == nil)
        #expect(try await iterator.next() == nil)
        #expect(pulled.count == count, "an ended map takes no more inputs")
    }

    @Test func deliversWhatIsReadyFirst() async throws {
        let executor = LocalExecutor(concurrency: 2)
        let gate = Gate()
        let open = Gate()
        open.open()
        let visits = (0..<30).map { Visit(number: $0, gate: $0 == 0 ? gate : open) }
        var outputs: [Int] = []
        for try await output in executor.mapUnordered(visits, chunk: 1) {
            outputs.append(output)
            if outputs.count == 29 { gate.open() }
        }
        #expect(outputs.last == 0)
        #expect(outputs.sorted() == Array(0..<30))
    }

    @Test(arguments: [1, 6, 40, 50, nil])
    func deliversEverythingUnordered(chunk: Int?) async throws {
        let executor = LocalExecutor(concurrency: 3, rehearses: true)
        let outputs = try await collect(executor.mapUnordered(0..<400, chunk: chunk) { $0 })
        #expect(outputs.sorted() == Array(0..<400))
        let tasks = (0..<40).map { Returning(value: $0) }
        #expect(try await collect(executor.mapUnordered(tasks, chunk: chunk)).sorted() == Array(0..<40))
    }

    @Test func failsWithTheExecutor() async throws {
        let executor = LocalExecutor(concurrency: 1)
        var outputs = executor.map(0..., chunk: 1) { $0 }.makeAsyncIterator()
        #expect(try await outputs.next() == 0)
        await executor.shutdown()
        let error = await #expect(throws: ExecutorError.self) {
            while try await outputs.next() != nil {}
        }
        #expect(error?.code == .shutDown)
    }
}
