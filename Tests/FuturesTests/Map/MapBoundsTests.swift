// SPDX-License-Identifier: Apache-2.0
// Maps with a time limit and with a bound on what is in flight.

import Futures
import Testing

@Suite(.timeLimit(.minutes(1)))
struct MapBoundsTests {
    @Test(arguments: [false, true])
    func deliversWhatIsThereWithinItsLimit(isOrdered: Bool) async throws {
        let executor = LocalExecutor(concurrency: 3)
        let (gate, open) = (Gate(), Gate())
        open.open()
        let visits = (0..<3).map { Visit(number: $0, gate: $0 == 2 ? gate : open) }
        var outputs: [Int] = []
        let error = await #expect(throws: ExecutorError.self) {
            if isOrdered {
                for try await output in executor.map(visits, chunk: 1).within(.milliseconds(300)) {
                    outputs.append(output)
                }
            } else {
                for try await output in executor.mapUnordered(visits, chunk: 1).within(.milliseconds(300)) {
                    outputs.append(output)
                }
            }
        }
        #expect(error?.code == .timedOut)
        #expect(outputs.sorted() == [0, 1])
        // Returns only because what waits at the gate was cancelled.
        await executor.shutdown()
    }

    @Test func hasNoLimitThatIsNotReached() async throws {
        let executor = LocalExecutor(concurrency: 3)
        let limit = Duration.seconds(50)
        #expect(try await collect(executor.map(0..<100) { $0 }.within(limit)) == Array(0..<100))
        #expect(try await collect(executor.mapUnordered(0..<100) { $0 }.within(limit)).count == 100)
        let error = await #expect(throws: ExecutorError.self) {
            try await collect(
                executor.map(0..<3) { number in
                    try await Task.sleep(for: .seconds(1000))
                    return number
                }.within(.zero))
        }
        #expect(error?.code == .timedOut)
    }

    @Test(arguments: [1, 2, 9, 10, 11], [1, 2, 9, 10, 11])
    func givesTheSameForEveryBound(inFlight: Int, chunk: Int) async throws {
        let executor = LocalExecutor(concurrency: 3)
        let outputs = try await collect(executor.map(0..<40, chunk: chunk) { $0 * 3 }.inFlight(inFlight))
        #expect(outputs == (0..<40).map { $0 * 3 })
        let unordered = try await collect(executor.mapUnordered(0..<40, chunk: chunk) { $0 * 3 }.inFlight(inFlight))
        #expect(unordered.sorted() == outputs)
    }

    @Test func keepsToItsBound() async throws {
        let executor = LocalExecutor(concurrency: 8)
        let tally = Tally()
        _ = try await collect(executor.map((0..<50).map { Passage(number: $0, tally: tally) }, chunk: 1).inFlight(2))
        #expect(tally.mostPresent <= 2)
    }

    @Test(arguments: [0, -1])
    func refusesABoundOfLessThanOne(bound: Int) async {
        let executor = LocalExecutor(concurrency: 1)
        let refusal = ExecutorError(
            .invalidArgument, "inFlight is \(bound): pass 1 or more, or leave it out to have a bound found")
        await #expect(throws: refusal) { try await collect(executor.map(0..<3) { $0 }.inFlight(bound)) }
        await #expect(throws: refusal) { try await collect(executor.mapUnordered(0..<3) { $0 }.inFlight(bound)) }
    }
}
