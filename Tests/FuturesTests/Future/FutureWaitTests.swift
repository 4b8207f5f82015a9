// SPDX-License-Identifier: Apache-2.0
// Waits that are cancelled or have a time limit.

import Futures
import Testing

@Suite(.timeLimit(.minutes(1)))
struct FutureWaitTests {
    @Test func leavesTheWorkAloneWhenAWaitIsCancelled() async throws {
        let requests = Counter()
        let promise = Promise<Int>(onCancel: { requests.increment() })
        let waiter = Task { await promise.future.result }
        let other = Task { try await promise.future.value }
        await Task.yield()
        waiter.cancel()
        // This returns although the future has not ended.
        let result = await waiter.value
        #expect(throws: CancellationError.self) { try result.get() }
        #expect(promise.future.state == .pending)
        #expect(requests.count == 0)
        promise.succeed(3)
        #expect(try await other.value == 3)
    }

    @Test func refusesAWaitThatIsCancelledFromTheStart() async {
        let promise = Promise<Int>()
        let gate = Gate()
        let waiter = Task {
            await gate.passDeafly()
            return try await promise.future.value
        }
        waiter.cancel()
        gate.open()
        await #expect(throws: CancellationError.self) { try await waiter.value }
    }

    @Test func givesAnEndedValueEvenToACancelledTask() async throws {
        let gate = Gate()
        let waiter = Task {
            await gate.passDeafly()
            return try await Future(value: 4).value
        }
        waiter.cancel()
        gate.open()
        #expect(try await waiter.value == 4)
    }

    @Test(arguments: [false, true])
    func cancelsTheWorkWithItsWaiterWhereAsked(hasLimit: Bool) async {
        let requests = Counter()
        let promise = Promise<Int>(cancelsWithWaiter: true, onCancel: { requests.increment() })
        let future = promise.future
        let waiter = Task { hasLimit ? try await future.value(within: .seconds(50)) : try await future.value }
        await Task.yield()
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
        #expect(requests.count >= 1)
        #expect(promise.future.state == .pending)
        promise.fail(CancellationError())
    }

    @Test func doesNotCancelTheWorkWhenALimitPasses() async throws {
        let requests = Counter()
        let promise = Promise<Int>(cancelsWithWaiter: true, onCancel: { requests.increment() })
        await #expect(throws: ExecutorError.self) { try await promise.future.value(within: .milliseconds(5)) }
        #expect(requests.count == 0)
        promise.succeed(1)
        #expect(try await promise.future.value(within: .milliseconds(5)) == 1)
        #expect(requests.count == 0)
    }

    @Test func canBeAwaitedAgainAfterALimit() async throws {
        let promise = Promise<Int>()
        let clock = ContinuousClock()
        let start = clock.now
        let error = await #expect(throws: ExecutorError.self) {
            try await promise.future.value(within: .milliseconds(30))
        }
        #expect(clock.now - start >= .milliseconds(30))
        #expect(error?.code == .timedOut)
        #expect(error?.message == "no result within 0.03 seconds; the work goes on, and `value` can be awaited again")
        #expect(promise.future.state == .pending)
        promise.succeed(9)
        #expect(try await promise.future.value == 9)
    }

    @Test(arguments: [Duration.zero, .seconds(-5)])
    func asksWhetherItIsThereNow(limit: Duration) async throws {
        let promise = Promise<Int>()
        let error = await #expect(throws: ExecutorError.self) { try await promise.future.value(within: limit) }
        #expect(error?.code == .timedOut)
        promise.succeed(2)
        #expect(try await promise.future.value(within: limit) == 2)
    }

    @Test func comesWithinItsLimit() async throws {
        let promise = Promise<Int>()
        let waiter = Task { try await promise.future.value(within: .seconds(50)) }
        await Task.yield()
        let clock = ContinuousClock()
        let start = clock.now
        promise.succeed(2)
        #expect(try await waiter.value == 2)
        #expect(clock.now - start < .seconds(10), "the other half of the wait must not be waited for")
    }

    @Test func throwsTheErrorOfTheWorkWithinALimit() async {
        let promise = Promise<Int>()
        let waiter = Task { try await promise.future.value(within: .seconds(50)) }
        await Task.yield()
        promise.fail(Fault())
        await #expect(throws: Fault()) { try await waiter.value }
    }
}
