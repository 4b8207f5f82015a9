// SPDX-License-Identifier: Apache-2.0
// A future as those see it who wait for it.

import Futures
import Testing

struct Fault: Error, Codable, Equatable {
    var reason = "fault"
}

@Suite(.timeLimit(.minutes(1)))
struct FutureTests {
    @Test func givesItsValueToEveryWaiter() async throws {
        let promise = Promise<Int>()
        let waiters = (0..<200).map { _ in Task { try await promise.future.value } }
        await Task.yield()
        #expect(promise.succeed(7))
        for waiter in waiters { #expect(try await waiter.value == 7) }
        #expect(try await promise.future.value == 7)
    }

    @Test func throwsItsError() async {
        let promise = Promise<Int>()
        let waiter = Task { try await promise.future.value }
        promise.fail(Fault())
        await #expect(throws: Fault()) { try await waiter.value }
        await #expect(throws: Fault()) { try await promise.future.result.get() }
        #expect(promise.future.state == .failed)
    }

    @Test func isCancelledByACancellationError() async {
        let promise = Promise<Int>()
        promise.fail(CancellationError())
        await #expect(throws: CancellationError.self) { try await promise.future.value }
        #expect(promise.future.state == .cancelled)
    }

    @Test func endsOnce() async throws {
        let promise = Promise<Int>()
        #expect(promise.succeed(1))
        #expect(!promise.succeed(2))
        #expect(!promise.fail(Fault()))
        #expect(!promise.end(.success(3)))
        promise.start()
        #expect(promise.future.state == .succeeded)
        #expect(try await promise.future.value == 1)
    }

    @Test func movesForwardOnly() {
        let promise = Promise<Int>()
        #expect(promise.future.state == .pending)
        #expect(promise.future.resultIfEnded == nil)
        promise.start()
        #expect(promise.future.state == .running)
        promise.start()
        #expect(promise.future.state == .running)
        promise.fail(Fault())
        #expect(promise.future.state == .failed)
        #expect(promise.future.state.isEnd)
    }

    @Test func canBeMadeEnded() async throws {
        #expect(Future(value: 1).state == .succeeded)
        #expect(try await Future(value: 1).value == 1)
        let failed = Future<Int>(error: Fault())
        #expect(failed.state == .failed)
        await #expect(throws: Fault()) { try await failed.value }
        #expect(Future<Int>(error: CancellationError()).state == .cancelled)
    }

    @Test func failsWhereItsPromiseIsDropped() async {
        var promise: Promise<Int>? = Promise<Int>()
        let future = promise?.future
        let waiter = Task { try await future?.value }
        promise = nil
        let error = await #expect(throws: ExecutorError.self) { try await waiter.value }
        #expect(error?.code == .shutDown)
        #expect(
            error?.message == "the executor let go of this submission without an answer; it must keep every promise")
    }

    @Test func staysAsItIsWhenAKeptPromiseIsDropped() async throws {
        var promise: Promise<Int>? = Promise<Int>()
        let future = promise?.future
        promise?.succeed(1)
        promise = nil
        #expect(try await future?.value == 1)
    }

    @Test func passesEachCancellationRequestOnUntilItEnds() async throws {
        let requests = Counter()
        let promise = Promise<Int>(onCancel: { requests.increment() })
        promise.future.cancel()
        promise.future.cancel()
        #expect(requests.count == 2)
        #expect(promise.future.state == .pending, "a request is not an end")
        promise.succeed(5)
        promise.future.cancel()
        #expect(requests.count == 2)
        #expect(try await promise.future.value == 5)
    }

    @Test func letsGoOfTheCancellationActionAtItsEnd() {
        final class Witness: Sendable {}
        weak var witness: Witness?
        let promise: Promise<Int>
        do {
            let strong = Witness()
            witness = strong
            promise = Promise(onCancel: { _ = strong })
        }
        #expect(witness != nil)
        promise.succeed(1)
        #expect(witness == nil)
    }
}
