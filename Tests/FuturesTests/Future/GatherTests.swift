// SPDX-License-Identifier: Apache-2.0
// Many futures into one.

import Futures
import Testing

@Suite(.timeLimit(.minutes(1)))
struct GatherTests {
    @Test func gathersNothing() async throws {
        let gathered = [Future<Int>]().gather()
        #expect(gathered.state == .succeeded)
        #expect(try await gathered.value == [])
    }

    @Test func keepsTheOrder() async throws {
        let promises = (0..<10).map { _ in Promise<Int>() }
        let gathered = promises.map(\.future).gather()
        for index in (0..<10).shuffled() {
            #expect(gathered.state == .pending)
            promises[index].succeed(index)
        }
        #expect(try await gathered.value == Array(0..<10))
        #expect(try await (0..<3).map { Future(value: $0) }.gather().value == [0, 1, 2])
        let same = Future(value: 4)
        #expect(try await [same, same].gather().value == [4, 4])
    }

    @Test(arguments: [false, true])
    func cancelsTheOthersAtTheFirstFailure(isCancelled: Bool) async throws {
        let requests = Counter()
        let promises = (0..<4).map { _ in Promise<Int>(onCancel: { requests.increment() }) }
        let gathered = promises.map(\.future).gather()
        promises[2].succeed(2)
        if isCancelled { promises[1].fail(CancellationError()) } else { promises[1].fail(Fault()) }
        if isCancelled {
            await #expect(throws: CancellationError.self) { try await gathered.value }
        } else {
            await #expect(throws: Fault()) { try await gathered.value }
        }
        #expect(gathered.state == (isCancelled ? .cancelled : .failed))
        #expect(requests.count == 2, "those that had ended are not asked")
        // Those that end all the same do no harm.
        promises[0].succeed(1)
        promises[3].fail(Fault(reason: "late"))
        #expect(try await promises[0].future.value == 1)
        #expect(gathered.state == (isCancelled ? .cancelled : .failed))
    }

    @Test func passesCancellationToAll() async {
        let requests = Counter()
        let promises = (0..<4).map { _ in Promise<Int>(onCancel: { requests.increment() }) }
        let gathered = promises.map(\.future).gather()
        gathered.cancel()
        #expect(requests.count == 4)
        promises[0].succeed(1)
        #expect(gathered.state == .pending, "what refuses may still end with its value")
        promises[1].fail(CancellationError())
        await #expect(throws: CancellationError.self) { try await gathered.value }
    }

    @Test func gathersSubmissions() async throws {
        let executor = LocalExecutor(concurrency: 3, rehearses: true)
        var futures: [Future<Int>] = []
        for number in 0..<100 { futures.append(await executor.submit(number) { $0 * $0 }) }
        #expect(try await futures.gather().value == (0..<100).map { $0 * $0 })
    }
}
