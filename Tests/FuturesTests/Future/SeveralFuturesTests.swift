// SPDX-License-Identifier: Apache-2.0
// Waiting for several futures: for all, for the first, for each as it ends.

import Futures
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SeveralFuturesTests {
    private let promises = (0..<4).map { _ in Promise<Int>() }

    private var futures: [Future<Int>] { promises.map(\.future) }

    @Test func deliversEachOnceInTheOrderOfEnds() async throws {
        let (futures, promises) = (futures, promises)
        promises[2].succeed(2)
        var order: [Int] = []
        let next = [2: 0, 0: 3, 3: 1]
        for try await completion in (futures + futures).asCompleted() {
            order.append(completion.index)
            #expect(try completion.value == completion.index)
            if let index = next[completion.index] { promises[index].succeed(index) }
        }
        #expect(order == [2, 0, 3, 1])
    }

    @Test func carriesErrorsInTheirCompletions() async throws {
        promises[0].fail(Fault())
        promises[1].fail(CancellationError())
        var errors: [any Error] = []
        for try await completion in futures[..<2].asCompleted() {
            if case .failure(let error) = completion.result { errors.append(error) }
        }
        #expect(errors[0] is Fault && errors[1] is CancellationError)
    }

    @Test func endsAtOnceForNoFutures() async throws {
        for try await _ in [Future<Int>]().asCompleted(within: .zero) { Issue.record("nothing can end") }
        #expect(try await [Future<Int>]().allSettled().isEmpty)
        #expect(try await [Future<Int>]().allSettled(within: .zero).isComplete)
        #expect(try await [Future<Int>]().firstFailed() == nil)
        let error = await #expect(throws: ExecutorError.self) { try await [Future<Int>]().firstCompleted() }
        #expect(error?.code == .invalidArgument)
    }

    @Test(arguments: [Duration.zero, .seconds(-1), .milliseconds(20)])
    func deliversWhatIsThereBeforeALimit(limit: Duration) async throws {
        promises[3].succeed(3)
        promises[1].succeed(1)
        var iterator = futures.asCompleted(within: limit).makeAsyncIterator()
        #expect(try await [iterator.next()?.index, iterator.next()?.index] == [1, 3])
        let error = await #expect(throws: ExecutorError.self) { try await iterator.next() }
        #expect(error?.code == .timedOut)
        #expect(error?.message.hasPrefix("2 of 4 futures have not ended within") == true)
        #expect(try await iterator.next() == nil)
        #expect(futures[0].state == .pending)
    }

    @Test func hasNoLimitThatIsNotReached() async throws {
        let (futures, promises) = (futures, promises)
        let consumer = Task {
            var count = 0
            for try await _ in futures.asCompleted(within: .seconds(50)) { count += 1 }
            return count
        }
        for promise in promises {
            await Task.yield()
            promise.succeed(0)
        }
        #expect(try await consumer.value == 4)
    }

    @Test func leavesAloneWhenItsConsumerIsCancelled() async {
        let requests = Counter()
        let promise = Promise<Int>(onCancel: { requests.increment() })
        let futures = [promise.future]
        let waits: [Task<Void, any Error>] = [
            Task { for try await _ in futures.asCompleted() {} },
            Task { _ = try await futures.firstCompleted() },
            Task { _ = try await futures.firstFailed() },
            Task { _ = try await futures.allSettled() },
            Task { _ = try await futures.allSettled(within: .seconds(50)) },
        ]
        await Task.yield()
        for wait in waits {
            wait.cancel()
            await #expect(throws: CancellationError.self) { try await wait.value }
        }
        #expect(requests.count == 0)
        #expect(promise.future.state == .pending)
    }

    @Test func findsTheFirstToEnd() async throws {
        let (futures, promises) = (futures, promises)
        let waiter = Task { try await futures.firstCompleted() }
        await Task.yield()
        promises[2].fail(Fault())
        let first = try await waiter.value
        #expect(first.index == 2)
        #expect(throws: Fault()) { try first.value }
        // One that has ended before.
        #expect(try await futures.firstCompleted(within: .zero).index == 2)
        let error = await #expect(throws: ExecutorError.self) {
            try await futures[..<2].firstCompleted(within: .milliseconds(5))
        }
        #expect(error?.code == .timedOut)
    }

    @Test func findsTheFirstToFail() async throws {
        let (futures, promises) = (futures, promises)
        let waiter = Task { try await futures.firstFailed() }
        promises[0].succeed(0)
        await Task.yield()
        promises[3].fail(Fault())
        #expect(try await waiter.value?.index == 3)
        #expect(futures[1].state == .pending)
        #expect(try await futures.firstFailed(within: .zero)?.index == 3)
        promises[1].fail(CancellationError())
        #expect(try await futures[..<2].firstFailed()?.index == 1)
        #expect(try await futures[..<1].firstFailed() == nil)
        let error = await #expect(throws: ExecutorError.self) {
            try await [futures[0], futures[2]].firstFailed(within: .milliseconds(5))
        }
        #expect(error?.code == .timedOut)
    }

    @Test func settlesAll() async throws {
        for (index, promise) in promises.enumerated() {
            promise.end(index == 1 ? .failure(Fault()) : .success(index))
        }
        let results = try await futures.allSettled()
        #expect(results.map { try? $0.get() } == [0, nil, 2, 3])
    }

    @Test func splitsAtALimit() async throws {
        promises[1].succeed(1)
        promises[2].fail(Fault())
        let futures = futures + [promises[1].future]
        for limit in [Duration.zero, .milliseconds(10)] {
            let settlement = try await futures.allSettled(within: limit)
            #expect(settlement.ended.map(\.index) == [1, 2, 4])
            #expect(settlement.pending == [0, 3])
            #expect(!settlement.isComplete)
        }
        promises[0].succeed(0)
        promises[3].succeed(3)
        let settlement = try await futures.allSettled(within: .seconds(50))
        #expect(settlement.ended.map { try? $0.value } == [0, 1, nil, 3, 1])
        #expect(settlement.isComplete)
    }

    /// More than fit into one answer.
    @Test func splitsManyAtALimit() async throws {
        let promises = (0..<200).map { _ in Promise<Int>() }
        for index in stride(from: 0, to: 200, by: 3) { promises[index].succeed(index) }
        let settlement = try await promises.map(\.future).allSettled(within: .zero)
        #expect(settlement.ended.map(\.index) == Array(stride(from: 0, to: 200, by: 3)))
        #expect(settlement.pending.count == 200 - settlement.ended.count)
    }

    @Test func takesItsObserversAway() async throws {
        // Would take minutes with an observer left behind by each wait.
        for _ in 0..<3000 { _ = try await futures.allSettled(within: .zero) }
        let kept = Promise<Int>()
        weak var seen: Marker?
        do {
            let marker = Marker()
            seen = marker
            let futures = [kept.future, Future(value: marker).map { _ in 1 }]
            _ = try await futures.firstCompleted()
        }
        #expect(seen == nil)
    }

    private final class Marker: Sendable {}
}
