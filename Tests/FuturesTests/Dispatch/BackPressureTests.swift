// SPDX-License-Identifier: Apache-2.0
// Submitters who hand in more than the executor is willing to hold.

import Testing

@testable import Futures

@Suite(.timeLimit(.minutes(1)))
struct BackPressureTests {
    @Test func suspendsSubmittersAndResumesThemInOrder() async throws {
        let scene = Scene(limits: .init(tasks: 2, bytes: 1 << 20))
        var futures = [await scene.submit("0"), await scene.submit("1")]
        var submitters: [Task<Future<Int>, Never>] = []
        for number in 2..<10 {
            submitters.append(Task { await scene.submit("\(number)") })
            await until { scene.waitingSubmitters == number - 1 }
        }
        #expect(scene.pool.names == ["0"])
        for number in 0..<10 {
            await until { scene.pool.names.count > number }
            if number < 8 { #expect(scene.waitingSubmitters == 8 - number) }
            scene.answer(UInt64(number), number)
            if number < 8 {
                // Exactly one is let in for the one that has ended.
                futures.append(await submitters[number].value)
                #expect(scene.waitingSubmitters == 7 - number)
            }
        }
        for (number, future) in futures.enumerated() { #expect(try await future.value == number) }
        #expect(scene.pool.names == (0..<10).map { "\($0)" })
    }

    @Test func countsBytesToo() async throws {
        let scene = Scene(limits: .init(tasks: 100, bytes: 1000))
        _ = await scene.submit("large", bytes: 600)
        let second = Task { await scene.submit("second", bytes: 500) }
        await until { scene.waitingSubmitters == 1 }
        // There is room for this one, but it came later.
        let third = Task { await scene.submit("third", bytes: 100) }
        await until { scene.waitingSubmitters == 2 }
        scene.answer(0, 0)
        _ = await second.value
        _ = await third.value
        #expect(scene.waitingSubmitters == 0)
    }

    @Test func admitsWhatIsLargerThanTheLimitWhenNothingIsHeld() async throws {
        let scene = Scene(limits: .init(tasks: 100, bytes: 1000))
        _ = await scene.submit("huge", bytes: 5000)
        #expect(scene.pool.names == ["huge"])
        let next = Task { await scene.submit("next", bytes: 0) }
        await until { scene.waitingSubmitters == 1 }
        scene.answer(0, 0)
        _ = await next.value
    }

    @Test func letsACancelledSubmitterGo() async throws {
        let scene = Scene(limits: .init(tasks: 1, bytes: 1000))
        _ = await scene.submit("held")
        let cancelled = Task { await scene.submit("cancelled") }
        await until { scene.waitingSubmitters == 1 }
        let patient = Task { await scene.submit("patient") }
        await until { scene.waitingSubmitters == 2 }
        cancelled.cancel()
        let future = await cancelled.value
        await #expect(throws: CancellationError.self) { try await future.value }
        #expect(future.state == .cancelled)
        #expect(scene.waitingSubmitters == 1)
        scene.answer(0, 0)
        _ = await patient.value
        #expect(scene.pool.names == ["held", "patient"])
    }

    @Test func refusesASubmitterThatIsCancelledFromTheStart() async throws {
        let scene = Scene(limits: .init(tasks: 1, bytes: 1000))
        _ = await scene.submit("held")
        let gate = Gate()
        let cancelled = Task {
            await gate.passDeafly()
            return await scene.submit("cancelled")
        }
        cancelled.cancel()
        gate.open()
        #expect(await cancelled.value.state == .cancelled)
        #expect(scene.waitingSubmitters == 0)
    }

    @Test func letsThoseBehindACancelledSubmitterInWhereTheyFit() async throws {
        let scene = Scene(limits: .init(tasks: 100, bytes: 1000))
        _ = await scene.submit("held", bytes: 600)
        let large = Task { await scene.submit("large", bytes: 900) }
        await until { scene.waitingSubmitters == 1 }
        let small = Task { await scene.submit("small", bytes: 10) }
        await until { scene.waitingSubmitters == 2 }
        large.cancel()
        _ = await large.value
        // Nothing has ended, but nothing stands in the way any more either.
        for _ in 0..<1000 where scene.waitingSubmitters > 0 { await Task.yield() }
        #expect(scene.waitingSubmitters == 0)
        scene.answer(0, 0)
        _ = await small.value
    }

    @Test func failsWaitingSubmittersOfAPoolThatBreaks() async throws {
        let scene = Scene(workers: 0, limits: .init(tasks: 1, bytes: 1000))
        let first = await scene.submit("first")
        let second = Task { await scene.submit("second") }
        await until { scene.waitingSubmitters == 1 }
        let reason = ExecutorError(.launchFailed, "no launcher")
        scene.dispatcher.jobFailed(reason)
        await #expect(throws: reason) { try await first.value }
        await #expect(throws: reason) { try await second.value.value }
    }

    @Test func refusesWaitingSubmittersOfAPoolThatIsShutDown() async throws {
        let scene = Scene(limits: .init(tasks: 1, bytes: 1000))
        let first = await scene.submit("first")
        let second = Task { await scene.submit("second") }
        await until { scene.waitingSubmitters == 1 }
        let down = Task { await scene.dispatcher.drain(cancelPending: false) }
        await until { scene.isShutDown }
        scene.answer(0, 5)
        #expect(try await first.value == 5)
        let error = await #expect(throws: ExecutorError.self) { try await second.value.value }
        #expect(error?.code == .shutDown)
        #expect(error?.message == "the executor is shut down and takes no more tasks; second was not started")
        await down.value
    }
}
