// SPDX-License-Identifier: Apache-2.0
// Futures made from futures.

import Futures
import Testing

@Suite(.timeLimit(.minutes(1)))
struct FutureMapTests {
    @Test func mapsTheValue() async throws {
        let promise = Promise<Int>()
        let text = promise.future.map { "\($0)" }
        let length = text.map(\.count)
        #expect(text.state == .pending)
        promise.succeed(123)
        #expect(try await text.value == "123")
        #expect(try await length.value == 3)
        #expect(text.state == .succeeded)
    }

    @Test func mapsAFutureThatHasEnded() async throws {
        #expect(try await Future(value: 2).map { $0 + 1 }.value == 3)
        await #expect(throws: Fault()) { try await Future<Int>(error: Fault()).map { $0 + 1 }.value }
    }

    @Test func feedsSeveralFutures() async throws {
        let promise = Promise<Int>()
        let futures = (0..<3).map { index in promise.future.map { $0 + index } }
        promise.succeed(10)
        for (index, future) in futures.enumerated() { #expect(try await future.value == 10 + index) }
    }

    @Test func passesTheErrorThroughWithoutTransforming() async {
        let promise = Promise<Int>()
        let calls = Counter()
        let mapped = promise.future.map { _ in calls.increment() }
        promise.fail(Fault(reason: "kept"))
        await #expect(throws: Fault(reason: "kept")) { try await mapped.value }
        #expect(calls.count == 0)
    }

    @Test func failsWithWhatTheTransformThrows() async throws {
        let promise = Promise<Int>()
        let mapped = promise.future.map { (_: Int) -> Int in throw Fault(reason: "transform") }
        promise.succeed(1)
        await #expect(throws: Fault(reason: "transform")) { try await mapped.value }
        #expect(mapped.state == .failed)
        #expect(try await promise.future.value == 1)
    }

    @Test func transformsOnceForAllWaiters() async throws {
        let promise = Promise<Int>()
        let calls = Counter()
        let mapped = promise.future.map { _ in calls.increment() }
        let waiters = (0..<10).map { _ in Task { try await mapped.value } }
        promise.succeed(1)
        for waiter in waiters { #expect(try await waiter.value == 1) }
        #expect(try await mapped.value == 1)
        #expect(calls.count == 1)
    }

    @Test func passesCancellationDown() async {
        let requests = Counter()
        let promise = Promise<Int>(onCancel: { requests.increment() })
        let mapped = promise.future.map { $0 }.map { $0 }
        mapped.cancel()
        #expect(requests.count == 1)
        #expect(mapped.state == .pending)
        promise.fail(CancellationError())
        await #expect(throws: CancellationError.self) { try await mapped.value }
        #expect(mapped.state == .cancelled)
    }

    @Test func passesTheCancellationOfItsWaiterDownWhereAsked() async {
        let requests = Counter()
        let promise = Promise<Int>(cancelsWithWaiter: true, onCancel: { requests.increment() })
        let mapped = promise.future.map { $0 }
        let waiter = Task { try await mapped.value }
        await Task.yield()
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
        #expect(requests.count == 1)
        promise.fail(CancellationError())
    }

    @Test func runsWithItsBase() {
        let promise = Promise<Int>()
        let mapped = promise.future.map { $0 }
        promise.start()
        #expect(mapped.state == .running)
        #expect(promise.future.map { $0 }.state == .running)
        promise.succeed(1)
        #expect(mapped.state == .succeeded)
    }

    @Test func passesProgressOn() async {
        let promise = Promise<Int>()
        let mapped = promise.future.map { $0 }
        promise.report(TaskProgress(fraction: 0.5))
        var reports = mapped.progress.makeAsyncIterator()
        promise.succeed(1)
        #expect(await reports.next()?.fraction == 0.5)
        #expect(await reports.next() == nil)
    }
}
