// SPDX-License-Identifier: Apache-2.0
// Errors replaced and mended, futures that lead to others, and who is cancelled with whom.

import Futures
import Testing

@Suite(.timeLimit(.minutes(1)))
struct FutureCombinatorTests {
    @Test func replacesAnError() async throws {
        let promise = Promise<Int>()
        let replaced = promise.future.mapError { Fault(reason: "instead of \($0)") }
        promise.fail(Fault(reason: "x"))
        await #expect(throws: Fault(reason: "instead of \(Fault(reason: "x"))")) { try await replaced.value }
        #expect(try await Future(value: 3).mapError { _ in Fault() }.value == 3)
    }

    @Test func recoversFromAnError() async throws {
        #expect(try await Future<Int>(error: Fault()).recover { _ in 7 }.value == 7)
        #expect(try await Future(value: 3).recover { _ in 7 }.value == 3)
        let worse = Future<Int>(error: Fault()).recover { _ in throw Fault(reason: "worse") }
        await #expect(throws: Fault(reason: "worse")) { try await worse.value }
        // No value in place of an error.
        let missing = Future<Int>(error: Fault()).map(Optional.some).recover { _ in nil }
        #expect(try await missing.value == nil)
    }

    @Test func letsCancellationsPass() async {
        let calls = Counter()
        let cancelled = Future<Int>(error: CancellationError())
        let derived = [
            cancelled.mapError { _ in
                calls.increment()
                return Fault()
            },
            cancelled.recover { _ in calls.increment() },
            cancelled.flatMap { _ in Future(value: calls.increment()) },
        ]
        for future in derived {
            await #expect(throws: CancellationError.self) { try await future.value }
            #expect(future.state == .cancelled)
        }
        #expect(calls.count == 0)
    }

    @Test func followsTheFutureThatItLeadsTo() async throws {
        let (first, second) = (Promise<Int>(), Promise<String>())
        let chain = first.future.flatMap { number in second.future.map { "\($0)\(number)" } }
        first.succeed(5)
        await until { chain.state == .running }
        second.succeed("x")
        #expect(try await chain.value == "x5")
    }

    @Test func failsAChainAtAnyOfItsLinks() async {
        let error = Fault(reason: "link")
        let chains = [
            Future<Int>(error: error).flatMap { Future(value: $0) },
            Future(value: 1).flatMap { (_: Int) -> Future<Int> in throw error },
            Future(value: 1).flatMap { _ in Future<Int>(error: error) },
        ]
        for chain in chains { await #expect(throws: error) { try await chain.value } }
    }

    @Test func chainsSubmissions() async throws {
        let executor = LocalExecutor(concurrency: 1, rehearses: true)
        let sum = await executor.submit(20) { $0 + 1 }.flatMap { half in await executor.submit(half) { 2 * $0 } }
        #expect(try await sum.value == 42)
    }

    @Test func cancelsTheLinkThatAChainStandsFor() async {
        let requests = Counter()
        let first = Promise<Int>(onCancel: { requests.increment() })
        let early = first.future.flatMap { Future(value: $0) }
        early.cancel()
        #expect(requests.count == 1)
        // The work ended all the same, but nothing begins any more.
        first.succeed(1)
        await #expect(throws: CancellationError.self) { try await early.value }

        let second = Promise<Int>(onCancel: { requests.increment() })
        let entries = Counter()
        let late = Future(value: 1).flatMap { _ in
            entries.increment()
            return second.future
        }
        await until { entries.count == 1 }
        late.cancel()
        await until { requests.count == 2 }
        second.fail(CancellationError())
        await #expect(throws: CancellationError.self) { try await late.value }
    }

    @Test func cancelsTheSwiftTaskOfATransform() async {
        let gate = Gate()
        let chain = Future(value: 1).flatMap { number in
            try await gate.pass()
            return Future(value: number)
        }
        await gate.isReached(by: 1)
        chain.cancel()
        await #expect(throws: CancellationError.self) { try await chain.value }
    }

    @Test func leavesAShieldedFutureAlone() async throws {
        let requests = Counter()
        let promise = Promise<Int>(onCancel: { requests.increment() })
        let derived = promise.future.shielded.map { $0 + 1 }
        let other = promise.future.shielded
        derived.cancel()
        await #expect(throws: CancellationError.self) { try await derived.value }
        #expect(requests.count == 0)
        #expect(promise.future.state == .pending)
        promise.succeed(1)
        #expect(try await other.value == 1)
        #expect(derived.state == .cancelled, "a late result is ignored")
        // The other way round: what is cancelled below is cancelled above.
        await #expect(throws: CancellationError.self) {
            try await Future<Int>(error: CancellationError()).shielded.value
        }
    }
}
