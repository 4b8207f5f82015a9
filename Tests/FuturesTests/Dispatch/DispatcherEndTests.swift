// SPDX-License-Identifier: Apache-2.0
// Deadlines, cancellations, losses and shutdown, with workers that the test plays.

import Testing

@testable import Futures

@Suite(.timeLimit(.minutes(1)))
struct DispatcherEndTests {
    @Test func failsAQueuedTaskAtItsDeadline() async throws {
        let scene = Scene()
        _ = await scene.submit("blocker")
        let future = await scene.submit("late", deadline: .milliseconds(10))
        let error = await #expect(throws: ExecutorError.self) { try await future.value }
        #expect(error?.code == .deadlineExceeded)
        #expect(error?.message == "late did not end within its deadline of 0.01 seconds")
        scene.answer(0, 1)
        #expect(scene.pool.names == ["blocker"], "it is not sent any more")
        #expect(scene.dispatcher.isIdle)
    }

    @Test func endsAWorkerThatDoesNotLeaveATaskAfterItsDeadline() async throws {
        let scene = Scene(grace: .milliseconds(10))
        let future = await scene.submit("stuck", deadline: .milliseconds(10))
        scene.dispatcher.received([.started(0)], from: WorkerID(0))
        await #expect(throws: ExecutorError.self) { try await future.value }
        await scene.pool.isAsked(.end(WorkerID(0)))
        #expect(scene.pool.log == [.run("stuck", 0, WorkerID(0)), .cancel(0, WorkerID(0)), .end(WorkerID(0))])
        scene.dispatcher.workerLost(WorkerID(0), .known(TaskID(0)), ExecutorError(.workerLost, "ended"))
        #expect(scene.pool.log.last == .startJob, "the pool is brought to its size again")
    }

    @Test func leavesAWorkerAloneThatAnswersWithinTheGrace() async throws {
        let scene = Scene(grace: .milliseconds(20))
        let future = await scene.submit("slow", deadline: .milliseconds(5))
        await #expect(throws: ExecutorError.self) { try await future.value }
        scene.dispatcher.received([.answered(0, .failure(CancellationError()), microseconds: nil)], from: WorkerID(0))
        let next = await scene.submit("next")
        // Longer than the grace: nothing happens in it.
        _ = try? await next.value(within: .milliseconds(60))
        #expect(!scene.pool.log.contains(.end(WorkerID(0))))
        scene.answer(1, 2)
        #expect(try await next.value == 2)
    }

    @Test func forgetsTheDeadlineOfATaskThatHasEnded() async throws {
        let scene = Scene()
        let future = await scene.submit("quick", deadline: .milliseconds(10))
        scene.answer(0, 1)
        let next = await scene.submit("next")
        _ = try? await next.value(within: .milliseconds(40))
        #expect(try await future.value == 1)
        #expect(scene.pool.log == [.run("quick", 0, WorkerID(0)), .run("next", 1, WorkerID(0))])
        scene.answer(1, 1)
    }

    @Test func cancelsQueuedAndRunningTasks() async throws {
        let scene = Scene()
        let running = await scene.submit("running")
        let queued = await scene.submit("queued")
        scene.dispatcher.received([.started(0)], from: WorkerID(0))
        queued.cancel()
        #expect(queued.state == .cancelled)
        running.cancel()
        #expect(running.state == .running, "it ends as the task does")
        running.cancel()
        #expect(scene.pool.log == [.run("running", 0, WorkerID(0)), .cancel(0, WorkerID(0))])
        scene.dispatcher.received([.answered(0, .failure(CancellationError()), microseconds: nil)], from: WorkerID(0))
        #expect(running.state == .cancelled)
    }

    @Test func givesTheValueOfACancelledTaskThatFinishesAllTheSame() async throws {
        let scene = Scene()
        let future = await scene.submit("a")
        future.cancel()
        scene.answer(0, 4)
        #expect(try await future.value == 4)
    }

    @Test func drainsAfterTheLastEnd() async throws {
        let scene = Scene()
        let running = await scene.submit("running")
        let queued = await scene.submit("queued")
        scene.dispatcher.received([.started(0)], from: WorkerID(0))
        let drained = Counter()
        let drains = (0..<3).map { _ in
            Task {
                await scene.dispatcher.drain(cancelPending: false)
                drained.increment()
            }
        }
        await until { scene.waitingDrains == 3 }
        let late = await scene.submit("late")
        let error = await #expect(throws: ExecutorError.self) { try await late.value }
        #expect(error?.code == .shutDown)
        #expect(error?.message == "the executor is shut down and takes no more tasks; late was not started")
        scene.answer(0, 1)
        #expect(drained.count == 0)
        scene.answer(1, 2)
        for drain in drains { await drain.value }
        #expect(try await running.value == 1)
        #expect(try await queued.value == 2)
        await scene.dispatcher.drain(cancelPending: true)
    }

    @Test func drainingCancelsWhatHasNotBegun() async throws {
        let scene = Scene(workers: 1, depth: 2)
        let running = await scene.submit("running")
        let prefetched = await scene.submit("prefetched")
        let queued = await scene.submit("queued")
        scene.dispatcher.received([.started(0)], from: WorkerID(0))
        let drain = Task { await scene.dispatcher.drain(cancelPending: true) }
        await #expect(throws: CancellationError.self) { try await queued.value }
        #expect(scene.pool.log.last == .revoke(1, WorkerID(0)))
        #expect(prefetched.state == .pending, "only its worker knows whether it has begun")
        scene.dispatcher.received([.dropped(1)], from: WorkerID(0))
        #expect(prefetched.state == .cancelled)
        #expect(running.state == .running)
        scene.answer(0, 1)
        await drain.value
        #expect(try await running.value == 1)
    }

    @Test func drainsAnEmptyExecutorAtOnce() async {
        let scene = Scene(workers: 0)
        await scene.dispatcher.drain(cancelPending: false)
        await scene.dispatcher.drain(cancelPending: true)
        #expect(scene.pool.log == [])
    }

    @Test func failsEverythingWithTheReasonOfAJobThatFailed() async throws {
        let scene = Scene(workers: 0)
        let futures = [await scene.submit("a"), await scene.submit("b"), await scene.submit("c", gang: 1)]
        let reason = ExecutorError(.bootTimedOut, "not there")
        scene.dispatcher.jobFailed(reason)
        for future in futures { await #expect(throws: reason) { try await future.value } }
        await #expect(throws: reason) { try await scene.submit("late").value }
        await scene.dispatcher.drain(cancelPending: false)
    }

    @Test func failsOnlyTheTaskThatTheWorkerDiedIn() async throws {
        let scene = Scene(workers: 1, depth: 4)
        let futures = [await scene.submit("a"), await scene.submit("b"), await scene.submit("c")]
        let error = ExecutorError(.workerLost, "worker 0 was ended by SIGKILL")
        scene.dispatcher.workerLost(WorkerID(0), .known(TaskID(0)), error)
        await #expect(throws: error) { try await futures[0].value }
        #expect(scene.pool.log.last == .startJob)
        scene.dispatcher.workerJoined(WorkerID(1), JobID(1))
        scene.dispatcher.jobComplete(JobID(1))
        scene.answer(1, 10, from: 1)
        scene.answer(2, 20, from: 1)
        #expect(try await futures[1].value == 10)
        #expect(try await futures[2].value == 20)
    }

    @Test func runsARetriedTaskAgain() async throws {
        let scene = Scene()
        let future = await scene.submit("again", retries: 1)
        scene.dispatcher.received([.started(0)], from: WorkerID(0))
        scene.dispatcher.workerLost(WorkerID(0), .known(TaskID(0)), ExecutorError(.workerLost, "first"))
        #expect(future.state == .running)
        scene.dispatcher.workerJoined(WorkerID(1), JobID(1))
        let error = ExecutorError(.workerLost, "second")
        scene.dispatcher.workerLost(WorkerID(1), .known(TaskID(0)), error)
        await #expect(throws: error) { try await future.value }
        #expect(scene.pool.names == ["again", "again"])
    }

    @Test func takesTheFirstErrorOfAGangAndItsRankZeroValue() async throws {
        let scene = Scene(workers: 2)
        let good = await scene.submit("good", gang: 2)
        #expect(scene.pool.log == [.prepare(JobID(0))])
        scene.dispatcher.received([.collectivePrepared], from: WorkerID(0))
        #expect(scene.pool.log.count == 1, "the other one has not said so yet")
        scene.dispatcher.received([.collectivePrepared], from: WorkerID(1))
        let members = [WorkerID(0), WorkerID(1)]
        #expect(
            scene.pool.log.dropFirst()
                == [
                    .member("good", 0, WorkerID(0), GangSeat(rank: 0, members: members)),
                    .member("good", 0, WorkerID(1), GangSeat(rank: 1, members: members)),
                ])
        scene.answer(0, 11, from: 1)
        scene.answer(0, 10, from: 0)
        #expect(try await good.value == 10)

        let bad = await scene.submit("bad", gang: 2)
        scene.dispatcher.received([.answered(1, .failure(Fault()), microseconds: nil)], from: WorkerID(1))
        await #expect(throws: Fault()) { try await bad.value }
        #expect(scene.pool.log.last == .abandon(1, WorkerID(0)))
        scene.dispatcher.received(
            [.answered(1, .failure(Fault(reason: "left")), microseconds: nil)], from: WorkerID(0))
        #expect(scene.dispatcher.isIdle)
    }

    @Test(arguments: [false, true])
    func failsAGangWhoseJobDoesNotInitialiseMPI(isTimeout: Bool) async throws {
        let scene = Scene(workers: 2)
        let gang = await scene.submit("gang", gang: 2)
        let single = await scene.submit("single")
        scene.dispatcher.received([.collectivePrepared], from: WorkerID(0))
        if isTimeout {
            scene.dispatcher.collectiveTimedOut(JobID(0))
        } else {
            scene.dispatcher.received([.collectiveFailed("no fabric")], from: WorkerID(1))
        }
        let error = await #expect(throws: ExecutorError.self) { try await gang.value }
        #expect(error?.code == (isTimeout ? .bootTimedOut : .launchFailed))
        #expect(
            error?.message
                == (isTimeout
                    ? "the workers did not initialise MPI within the boot deadline"
                    : "MPI could not be initialised: no fabric"))
        // A second report of the same changes nothing.
        scene.dispatcher.collectiveTimedOut(JobID(0))
        #expect(scene.pool.log.contains(.startJob), "another job takes its place")
        await until { scene.pool.names == ["single"] }
        guard case .run(_, let task, let worker) = scene.pool.log.last(where: { $0 != .startJob }) else { return }
        scene.answer(task.number, 5, from: worker.number)
        #expect(try await single.value == 5)
    }

    @Test func ignoresATimeoutOfAJobThatIsPrepared() async throws {
        let scene = Scene(workers: 1)
        let gang = await scene.submit("gang", gang: 1)
        scene.dispatcher.received([.collectivePrepared], from: WorkerID(0))
        scene.dispatcher.collectiveTimedOut(JobID(0))
        scene.answer(0, 1)
        #expect(try await gang.value == 1)
    }

    @Test(arguments: [(0, 2), (3, 2), (-1, 2)])
    func refusesAGangOfAnotherSizeThanItHas(ranks: Int, size: Int) async throws {
        let scene = Scene(workers: size)
        let future = await scene.submit("gang", gang: ranks)
        let error = await #expect(throws: ExecutorError.self) { try await future.value }
        #expect(error?.code == .rankMismatch)
        #expect(
            error?.message
                == "gang asks for \(ranks) ranks and the executor has 2: ask for 1 to 2, or start a larger pool")
    }
}
