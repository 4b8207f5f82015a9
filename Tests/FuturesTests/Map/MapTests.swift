// SPDX-License-Identifier: Apache-2.0
// One closure or task over many inputs, in input order.

import Futures
import Testing

@Suite(.timeLimit(.minutes(1)))
struct MapTests {
    @Test(arguments: [1, 6, 40, 50, nil], [false, true])
    func givesTheSameForEveryChunkSize(chunk: Int?, rehearses: Bool) async throws {
        let executor = LocalExecutor(concurrency: 3, rehearses: rehearses)
        let squares = (0..<40).map { $0 * $0 }
        #expect(try await collect(executor.map(0..<40, chunk: chunk) { $0 * $0 }) == squares)
        // A sequence that can be gone through once.
        var next = 0
        let once = AnyIterator { () -> Int? in
            defer { next += 1 }
            return next < 40 ? next : nil
        }
        #expect(try await collect(executor.map(once, chunk: chunk) { $0 * $0 }) == squares)
        let tasks = (0..<40).map { Returning(value: $0 * $0) }
        #expect(try await collect(executor.map(tasks, chunk: chunk)) == squares)
    }

    @Test(arguments: [0, -1])
    func refusesAChunkOfLessThanOne(chunk: Int) async throws {
        let executor = LocalExecutor(concurrency: 1)
        let text = "chunk is \(chunk): pass 1 or more, or nil to have the size found by measurement"
        let refusal = ExecutorError(.invalidArgument, text)
        await #expect(throws: refusal) { try await collect(executor.map(0..<3, chunk: chunk) { $0 }) }
        await #expect(throws: refusal) { try await collect(executor.mapUnordered(0..<3, chunk: chunk) { $0 }) }
        await #expect(throws: refusal) { try await collect(executor.map([Returning(value: 1)], chunk: chunk)) }
        await #expect(throws: refusal) { for try await _ in executor.map(0..<3, chunk: chunk, { $0 }).results {} }
    }

    @Test func refusesAClosureThatCaptures() async throws {
        let captured = Int.random(in: 0..<9)
        let executor = LocalExecutor(concurrency: 1)
        let error = await #expect(throws: ExecutorError.self) {
            try await collect(executor.map(0..<3) { $0 + captured })
        }
        #expect(error?.code == .closureNotShippable)
    }

    @Test func submitsNothingForNoInputs() async throws {
        let recorder = Recorder(around: LocalExecutor(concurrency: 1))
        #expect(try await collect(recorder.map([Int]()) { $0 }) == [])
        #expect(try await collect(recorder.mapUnordered([Int]()) { $0 }) == [])
        #expect(try await collect(recorder.map([Int](), chunk: 7) { $0 }) == [])
        #expect(await recorder.names == [])
    }

    @Test(arguments: [1, 5])
    func takesInputsAsTheyAreNeeded(chunk: Int) async throws {
        let executor = LocalExecutor(concurrency: 2)
        let pulled = Counter()
        let inputs = sequence(state: 0) { (next: inout Int) -> Int? in
            pulled.increment()
            defer { next += 1 }
            return next
        }
        let outputs = executor.map(inputs, chunk: chunk) { $0 }.makeAsyncIterator()
        #expect(pulled.count == 0, "nothing before the first result is asked for")
        var iterator = outputs
        for output in 0..<200 {
            #expect(try await iterator.next() == output)
            // 16 submissions in flight at most, for up to 4 workers.
            #expect(pulled.count <= output + 17 * chunk)
        }
    }

    @Test func goesThroughInfiniteInputs() async throws {
        let executor = LocalExecutor(concurrency: 2)
        var sum = 0
        for try await output in executor.map(1..., { $0 }) {
            sum += output
            if output == 20_000 { break }
        }
        #expect(sum == 20_000 * 20_001 / 2)
        await executor.shutdown()
    }

    @Test func canBeStartedAgain() async throws {
        let executor = LocalExecutor(concurrency: 2)
        let outputs = executor.map(0..<10) { $0 + 1 }
        #expect(try await collect(outputs) == Array(1...10))
        #expect(try await collect(outputs) == Array(1...10))
    }

    @Test(arguments: [1, 3, 10, nil])
    func throwsAnErrorAtItsPlaceAndThenEnds(chunk: Int?) async throws {
        let executor = LocalExecutor(concurrency: 3)
        var iterator = executor.map(0..<10, chunk: chunk) { (input: Int) -> Int in
            if input == 4 || input == 6 { throw Fault(reason: "item \(input)") }
            return input
        }.makeAsyncIterator()
        for output in 0..<4 { #expect(try await iterator.next() == output) }
        await #expect(throws: Fault(reason: "item 4")) { try await iterator.next() }
        #expect(try await iterator.next() == nil)
        #expect(try await iterator.next() == nil)
    }

    @Test(arguments: [1, 3, 10, nil])
    func goesOnAfterErrorsWhereAsked(chunk: Int?) async throws {
        let executor = LocalExecutor(concurrency: 3)
        let results = executor.map(0..<10, chunk: chunk) { (input: Int) -> Int in
            if input % 3 == 0 { throw Fault(reason: "item \(input)") }
            return input
        }.results
        var index = 0
        for try await result in results {
            if index % 3 == 0 {
                #expect(throws: Fault(reason: "item \(index)")) { try result.get() }
            } else {
                #expect(try result.get() == index)
            }
            index += 1
        }
        #expect(index == 10)
    }

    @Test(arguments: [1, 4, 10, nil])
    func failsOnlyTheItemWhoseOutputDoesNotEncode(chunk: Int?) async throws {
        let executor = LocalExecutor(concurrency: 2, rehearses: true)
        let results = executor.map(0..<10, chunk: chunk) { (input: Int) -> Obstinate in
            Obstinate(input == 5 ? .encoding : input == 7 ? .decoding : .none)
        }.results
        var index = 0
        for try await result in results {
            switch (index, result) {
            case (5, .failure(let error as ExecutorError)): #expect(error.code == .encodingFailed)
            case (7, .failure(let error as ExecutorError)): #expect(error.code == .decodingFailed)
            case (_, .success): break
            default: Issue.record("item \(index): \(result)")
            }
            index += 1
        }
        #expect(index == 10)
    }
}

/// The outputs of a map.
func collect<Outputs: AsyncSequence>(_ outputs: Outputs) async throws -> [Outputs.Element] {
    var collected: [Outputs.Element] = []
    for try await output in outputs { collected.append(output) }
    return collected
}
