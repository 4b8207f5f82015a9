// SPDX-License-Identifier: Apache-2.0
// Order, prefetching, and gangs beside streams of ordinary tasks.

import Testing

@testable import Futures

@Suite struct SchedulerFairnessTests {
    @Test func higherPrioritiesGoFirst() {
        var pool = CheckedScheduler(size: 1, maximumDepth: 1)
        for (task, priority) in [(1, 0), (2, 0), (3, 5), (4, -5), (5, 5)] as [(TaskID, Int)] {
            pool.feed(.submitted(task, TaskRequest(priority: priority)))
        }
        var order: [TaskID] = [1]
        while let task = order.last {
            let actions = pool.feed(.answered(task, 0, .returned))
            guard case .send(let next, _)? = actions.last else { break }
            order.append(next)
        }
        #expect(order == [1, 3, 5, 2, 4])
        #expect(pool.violations == [])
    }

    /// However many ordinary tasks come, a gang has its turn when those that ran before it are done.
    @Test func aStreamOfOrdinaryTasksDoesNotHoldAGangUp() {
        var pool = CheckedScheduler(size: 4, maximumDepth: 8)
        pool.feed([.submitted(0, TaskRequest(gang: 1)), .collectiveReady(0), .answered(0, 0, .returned)])
        var held: [(TaskID, WorkerID)] = []
        var next: UInt64 = 1
        var answersUntilStart: Int?
        func submit(_ gang: Int?) {
            for case .send(let task, let worker) in pool.feed(.submitted(TaskID(next), TaskRequest(gang: gang))) {
                held.append((task, worker))
            }
            next += 1
        }
        for _ in 0..<40 { submit(nil) }
        submit(4)
        let gang = TaskID(next - 1)
        for answers in 1...200 {
            submit(nil)
            guard !held.isEmpty else { break }
            let (task, worker) = held.removeFirst()
            for action in pool.feed(.answered(task, worker, .returned)) {
                if case .send(let task, let worker) = action { held.append((task, worker)) }
                if case .startGang(gang, _, _) = action { answersUntilStart = answers }
            }
            if answersUntilStart != nil { break }
        }
        // 40 tasks stand before it, and no other may.
        #expect((answersUntilStart ?? 999) <= 40)
        #expect(pool.violations == [])
    }

    @Test func gangsNeverHoldMembersThatTheOtherNeeds() {
        var pool = CheckedScheduler(size: 3)
        pool.feed([.submitted(1, TaskRequest(gang: 2)), .submitted(2, TaskRequest(gang: 2))])
        pool.feed([.submitted(3, TaskRequest(gang: 3)), .submitted(4, TaskRequest(gang: 1))])
        #expect(pool.feed(.collectiveReady(0)) == [.startGang(1, 0, [0, 1])])
        #expect(pool.machine.place(of: 2) == .assembling(0, [2]))
        #expect(pool.machine.place(of: 3) == .queued)
        #expect(pool.feed(.answered(1, 0, .returned)) == [.startGang(2, 0, [0, 2])])
        // Gang 3 has what is left, and waits for the others.
        #expect(pool.feed(.answered(1, 1, .returned)) == [.endWithAnswer(1, of: 0), .forget(1)])
        #expect(pool.machine.place(of: 3) == .assembling(0, [1]))
        #expect(pool.feed(.answered(2, 2, .returned)) == [])
        #expect(
            pool.feed(.answered(2, 0, .returned))
                == [.endWithAnswer(2, of: 0), .forget(2), .startGang(3, 0, [0, 1, 2])])
        #expect(pool.violations == [])
    }

    @Test func aGangPassesByWhereNoJobCanServeIt() {
        var pool = CheckedScheduler(size: 2)
        pool.feed([.workerLost(0, .known(nil)), .submitted(1, TaskRequest(gang: 2))])
        #expect(pool.feed(.submitted(2, TaskRequest())) == [.send(2, 1)])
        #expect(pool.machine.place(of: 1) == .parked)
        #expect(pool.violations == [])
    }

    static let depths: [(Double?, Int)] = [
        (nil, 2), (1e9, 2), (400, 2), (250, 3), (100, 6), (10, 51), (1, 64), (0, 64), (.nan, 2), (-5, 2),
        (.infinity, 2),
    ]

    @Test(arguments: depths)
    func workersHoldHalfAMillisecondOfWork(microseconds: Double?, depth: Int) {
        var machine = SchedulerStateMachine(size: 1)
        _ = machine.submitted(0, TaskRequest())
        _ = machine.workerJoined(0, 0)
        _ = machine.jobComplete(0)
        _ = machine.answered(0, 0, .returned, microseconds: microseconds)
        var sent = 0
        for task in 1...100 as ClosedRange<UInt64> {
            sent += machine.submitted(TaskID(task), TaskRequest()).count
        }
        #expect(sent == depth)
    }

    @Test func runTimesOfTasksThatThrewDoNotCount() {
        var machine = SchedulerStateMachine(size: 1)
        for task in 0...1 as ClosedRange<UInt64> { _ = machine.submitted(TaskID(task), TaskRequest()) }
        _ = machine.workerJoined(0, 0)
        _ = machine.answered(0, 0, .threw, microseconds: 1)
        _ = machine.answered(1, 0, .dropped, microseconds: 1)
        #expect(machine.depth == 2)
    }

    @Test(arguments: [0, 1, -1])
    func nothingIsPrefetchedAtDepthOne(maximumDepth: Int) {
        var machine = SchedulerStateMachine(size: 1, maximumDepth: maximumDepth)
        _ = machine.workerJoined(0, 0)
        #expect(machine.submitted(0, TaskRequest()) == [.send(0, 0)])
        #expect(machine.submitted(1, TaskRequest()) == [])
    }

    @Test func idleWorkersAreGivenHalfOfWhatIsPrefetchedElsewhere() {
        var pool = CheckedScheduler(size: 2, maximumDepth: 8)
        pool.machine.meanMicroseconds = 60
        for task in 1...10 as ClosedRange<UInt64> { pool.feed(.submitted(TaskID(task), TaskRequest())) }
        for task in [2, 4, 6, 8] as [TaskID] { #expect(pool.feed(.answered(task, 1, .returned)).count == 2) }
        // Worker 0 runs 1 and has 3, 5, 7, 9.
        #expect(
            pool.feed(.answered(10, 1, .returned))
                == [.endWithAnswer(10, of: 1), .forget(10), .revoke(7, 0), .revoke(9, 0)])
        #expect(pool.feed(.answered(7, 0, .dropped)) == [.send(7, 1)])
        #expect(pool.feed(.answered(9, 0, .dropped)) == [.send(9, 1)])
        #expect(pool.violations == [])
    }
}
