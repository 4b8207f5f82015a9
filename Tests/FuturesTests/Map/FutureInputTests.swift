// SPDX-License-Identifier: Apache-2.0
// Work on inputs that are futures.

import Futures
import Testing

@Suite(.timeLimit(.minutes(1)))
struct FutureInputTests {
    private let executor = LocalExecutor(concurrency: 2, rehearses: true)

    @Test func submitsWhenTheInputIsThere() async throws {
        let recorder = Recorder(around: executor)
        let promise = Promise<Int>()
        let future = await recorder.submit(promise.future, options: TaskOptions(name: "late")) { $0 + 1 }
        #expect(await recorder.names == [])
        promise.succeed(41)
        #expect(try await future.value == 42)
        #expect(await recorder.names == ["late"])
    }

    @Test func failsWithItsInput() async {
        let future = await executor.submit(Future<Int>(error: Fault())) { $0 }
        await #expect(throws: Fault()) { try await future.value }
        let captured = Int.random(in: 0..<9)
        let refused = await executor.submit(Future(value: 1)) { $0 + captured }
        let error = await #expect(throws: ExecutorError.self) { try await refused.value }
        #expect(error?.code == .closureNotShippable)
    }

    @Test func leavesItsInputAloneWhenItIsCancelled() async {
        let requests = Counter()
        let promise = Promise<Int>(onCancel: { requests.increment() })
        let future = await executor.submit(promise.future) { $0 }
        future.cancel()
        await #expect(throws: CancellationError.self) { try await future.value }
        #expect(requests.count == 0)
        promise.succeed(1)
    }

    @Test func mapsInTheOrderOfTheInputs() async throws {
        let promises = (0..<30).map { _ in Promise<Int>() }
        let futures = promises.map(\.future)
        let outputs = Task { [executor] in try await collect(executor.map(futures) { 2 * $0 }) }
        for index in (0..<30).shuffled() { promises[index].succeed(index) }
        #expect(try await outputs.value == (0..<30).map { 2 * $0 })
    }

    @Test func doesNotWaitForAnInputThatIsLate() async throws {
        let promises = (0..<10).map { _ in Promise<Int>() }
        for index in 1..<10 { promises[index].succeed(index) }
        var outputs: [Int] = []
        for try await output in executor.mapUnordered(promises.map(\.future), { $0 }) {
            outputs.append(output)
            if outputs.count == 9 { promises[0].succeed(0) }
        }
        #expect(outputs.last == 0)
        #expect(outputs.sorted() == Array(0..<10))
    }

    @Test func givesAnItemTheErrorOfItsInput() async throws {
        let inputs = [Future(value: 1), Future(error: Fault()), Future(value: 3)]
        var outputs: [Int?] = []
        for try await result in executor.map(inputs, { $0 }).results {
            if case .failure(let error) = result { #expect(error is Fault) }
            outputs.append(try? result.get())
        }
        #expect(outputs == [1, nil, 3])
        var iterator = executor.map(inputs) { $0 }.makeAsyncIterator()
        #expect(try await iterator.next() == 1)
        await #expect(throws: Fault()) { try await iterator.next() }
    }

    @Test func isBounded() async throws {
        let recorder = Recorder(around: executor)
        let pulled = Counter()
        let promise = Promise<Int>()
        let inputs = sequence(state: 0) { (_: inout Int) -> Future<Int>? in
            pulled.increment()
            return promise.future
        }
        let consumer = Task {
            var iterator = recorder.map(inputs) { $0 }.inFlight(5).makeAsyncIterator()
            return try await iterator.next()
        }
        await until { pulled.count == 5 }
        for _ in 0..<100 { await Task.yield() }
        #expect(pulled.count == 5)
        promise.succeed(8)
        #expect(try await consumer.value == 8)
    }

    /// The order in which inputs come must not be seen in random numbers.
    @Test func drawsTheSameNumbersWheneverItsInputComes() async throws {
        func draw(_ order: [Int]) async throws -> [UInt64] {
            let executor = LocalExecutor(concurrency: 4, seed: 5)
            let gates = order.map { _ in Gate() }
            var inputs: [Future<Int>] = []
            for (index, gate) in gates.enumerated() {
                inputs.append(await executor.submit(Visit(number: index, gate: gate)))
            }
            let outputs = inputs.map { input in
                Task {
                    try await executor.submit(input) { (_: Int) -> UInt64 in
                        var random = TaskContext.current?.random
                        return random?.next() ?? 0
                    }.value
                }
            }
            for index in order { gates[index].open() }
            var numbers: [UInt64] = []
            for output in outputs { numbers.append(try await output.value) }
            return numbers
        }
        let numbers = try await draw([0, 1, 2])
        #expect(try await draw([2, 0, 1]) == numbers)
        #expect(Set(numbers).count == 3)
    }
}
