// SPDX-License-Identifier: Apache-2.0
// Submissions, the scheduler and workers that the test plays.

import Synchronization
import Testing

@testable import Futures

@Suite(.timeLimit(.minutes(1)))
struct DispatcherTests {
    @Test func startsAJobWithTheFirstSubmission() async throws {
        let scene = Scene(workers: 0)
        #expect(scene.pool.log == [])
        let future = await scene.submit("a")
        #expect(scene.pool.log == [.startJob])
        scene.dispatcher.workerJoined(WorkerID(0), JobID(0))
        scene.dispatcher.jobComplete(JobID(0))
        #expect(scene.pool.log == [.startJob, .run("a", 0, WorkerID(0))])
        scene.answer(0, 3)
        #expect(try await future.value == 3)
        #expect(scene.dispatcher.isIdle)
    }

    @Test func performsActionsInTheOrderOfEvents() async throws {
        let scene = Scene(workers: 1, depth: 2)
        let first = await scene.submit("a")
        let second = await scene.submit("b")
        let third = await scene.submit("c")
        scene.dispatcher.received(
            [.started(0), .answered(0, .local(1), microseconds: 5), .started(1)], from: WorkerID(0))
        #expect(first.state == .succeeded)
        #expect(second.state == .running)
        #expect(third.state == .pending)
        #expect(
            scene.pool.log
                == [.run("a", 0, WorkerID(0)), .run("b", 1, WorkerID(0)), .run("c", 2, WorkerID(0))])
        #expect(scene.pool.fullLog.last == .flush, "what was sent leaves")
        #expect(try await first.value == 1)
    }

    @Test func performsNothingInTheMiddleOfSomethingElse() async throws {
        // An observer that submits and cancels while the end of its future is performed.
        let scene = Scene(workers: 1)
        let first = await scene.submit("a")
        let second = await scene.submit("b")
        let log = Mutex<[[TestPool.Call]]>([])
        first.storage.whenEnded { _ in
            second.cancel()
            let calls = scene.pool.log
            log.withLock { $0.append(calls) }
        }
        scene.answer(0, 1)
        #expect(log.withLock { $0 } == [[.run("a", 0, WorkerID(0))]], "the observer comes before what follows")
        #expect(scene.pool.log.suffix(2) == [.run("b", 1, WorkerID(0)), .cancel(1, WorkerID(0))])
    }

    @Test func keepsTheOrderOfSubmissionsFromManyTasks() async throws {
        let scene = Scene(workers: 4, depth: 4)
        scene.pool.whenSent { [dispatcher = scene.dispatcher] command, worker in
            guard case .run(let task, _, _) = command else { return }
            dispatcher.received(
                [.started(task), .answered(task, .local(Int(task.number)), microseconds: 1)], from: worker)
        }
        let futures = await withTaskGroup(of: [Future<Int>].self) { group in
            for part in 0..<8 {
                group.addTask {
                    var futures: [Future<Int>] = []
                    for index in 0..<250 { futures.append(await scene.submit("\(part).\(index)")) }
                    return futures
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        var values: Set<Int> = []
        for future in futures { values.insert(try await future.value) }
        #expect(values == Set(0..<2000))
        for part in 0..<8 {
            let mine = scene.pool.names.filter { $0.hasPrefix("\(part).") }
            #expect(mine == (0..<250).map { "\(part).\($0)" })
        }
        #expect(scene.dispatcher.isIdle)
        #expect(scene.isEmpty)
    }

    @Test func passesProgressOn() async throws {
        let scene = Scene()
        let future = await scene.submit("a")
        var reports = future.progress.makeAsyncIterator()
        scene.dispatcher.received(
            [.started(0), .progress(0, TaskProgress(fraction: 0.5, message: "half"))], from: WorkerID(0))
        #expect(await reports.next() == TaskProgress(fraction: 0.5, message: "half"))
        scene.answer(0, 1)
        #expect(await reports.next() == nil)
        // Reports of unknown tasks mean nothing.
        scene.dispatcher.received([.progress(7, TaskProgress(fraction: 1))], from: WorkerID(0))
    }

    @Test func passesTheLastProgressOnThatComesTogetherWithTheAnswer() async throws {
        let scene = Scene()
        let future = await scene.submit("a")
        var reports = future.progress.makeAsyncIterator()
        scene.dispatcher.received(
            [.progress(0, TaskProgress(fraction: 1)), .answered(0, .local(1), microseconds: nil)], from: WorkerID(0))
        #expect(await reports.next()?.fraction == 1)
        #expect(await reports.next() == nil)
    }

    @Test func failsAnAnswerOfAnotherType() async throws {
        let scene = Scene()
        let future = await scene.submit("a")
        scene.dispatcher.received([.answered(0, .local("text"), microseconds: nil)], from: WorkerID(0))
        let error = await #expect(throws: ExecutorError.self) { try await future.value }
        #expect(error?.code == .protocolViolation)
    }

    @Test(arguments: [10, 1 << 20])
    func failsAnAnswerThatDoesNotDecode(bytes: Int) async throws {
        let scene = Scene()
        let future = await scene.submit("a")
        let garbage = TaskOutcome.encoded(EncodedPayload(Array(repeating: 0xEE, count: bytes)))
        scene.dispatcher.received([.answered(0, garbage, microseconds: nil)], from: WorkerID(0))
        let error = await #expect(throws: ExecutorError.self) { try await future.value }
        #expect(error?.code == .decodingFailed)
    }

    @Test func ignoresAnswersForOthersTasks() async throws {
        let scene = Scene(workers: 2)
        let future = await scene.submit("a")
        scene.answer(0, 66, from: 1)
        scene.answer(0, 77, from: 9)
        scene.answer(5, 88)
        #expect(!future.state.isEnd)
        scene.answer(0, 1)
        scene.answer(0, 2)
        #expect(try await future.value == 1)
    }
}
