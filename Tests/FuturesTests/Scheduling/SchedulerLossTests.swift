// SPDX-License-Identifier: Apache-2.0
// Who pays when a worker is lost: the task that it died in, and no other.

import Testing

@testable import Futures

@Suite struct SchedulerLossTests {
    @Test(arguments: [0, 1, 2, 5])
    func aTaskIsStartedOnceMoreThanItHasRetries(retries: Int) {
        var pool = CheckedScheduler(size: 1)
        var starts = 0
        var actions = pool.feed(.submitted(1, TaskRequest(retries: retries)))
        for job in 0..<100 {
            guard actions.contains(.send(1, WorkerID(job))) else { break }
            starts += 1
            let begun = pool.feed(.started(1, WorkerID(job)))
            #expect(begun == (job == 0 ? [.started(1)] : []))
            actions = pool.feed(.workerLost(WorkerID(job), .known(1)))
            guard !actions.contains(.forget(1)) else { break }
            #expect(actions == [.requestJob])
            actions = pool.feed(.workerJoined(WorkerID(job + 1), JobID(job + 1)))
            pool.feed(.jobComplete(JobID(job + 1)))
        }
        #expect(starts == retries + 1)
        #expect(actions == [.endFailed(1, .workerLost(WorkerID(retries))), .forget(1), .requestJob])
        #expect(pool.violations == [])
    }

    @Test func negativeRetriesAreNone() {
        var pool = CheckedScheduler(size: 1)
        pool.feed(.submitted(1, TaskRequest(retries: -3)))
        let actions = pool.machine.handle(.workerLost(0, .known(1)))
        #expect(actions == [.endFailed(1, .workerLost(0)), .forget(1), .requestJob])
    }

    @Test func prefetchedTasksRunElsewhereInTheirOrder() {
        var pool = CheckedScheduler(size: 2, maximumDepth: 4)
        pool.machine.meanMicroseconds = 100
        for task in 1...8 as ClosedRange<UInt64> { pool.feed(.submitted(TaskID(task), TaskRequest())) }
        pool.feed([.started(1, 0), .answered(2, 1, .returned), .answered(4, 1, .returned)])
        // Worker 0 has 1, 3, 5, 7 and dies in 1.
        #expect(
            pool.feed(.workerLost(0, .unknown))
                == [.endFailed(1, .workerLost(0)), .forget(1), .requestJob, .send(3, 1), .send(5, 1)])
        #expect(pool.feed(.answered(6, 1, .returned)) == [.endWithAnswer(6, of: 1), .forget(6), .send(7, 1)])
        #expect(pool.violations == [])
    }

    @Test func losingAnInnocentTaskOftenNeverFailsIt() {
        var pool = CheckedScheduler(size: 1)
        pool.feed(.submitted(1, TaskRequest()))
        for job in 1..<20 {
            #expect(pool.feed(.workerLost(WorkerID(job - 1), .known(nil))) == [.requestJob])
            #expect(pool.feed(.workerJoined(WorkerID(job), JobID(job))) == [.send(1, WorkerID(job))])
            pool.feed(.jobComplete(JobID(job)))
        }
        #expect(pool.violations == [])
    }

    @Test func aGangIsRetriedOncePerLostStart() {
        var pool = CheckedScheduler(size: 3)
        pool.feed([.submitted(1, TaskRequest(gang: 3, retries: 1)), .collectiveReady(0)])
        #expect(
            pool.feed(.workerLost(0, .known(1)))
                == [.abandonGang(1, 1), .abandonGang(1, 2), .armGrace(1), .requestJob])
        // A second loss of the same start does not count.
        #expect(pool.feed(.workerLost(1, .known(1))) == [])
        #expect(pool.bring(3..<6, job: 1) == [])
        #expect(pool.feed(.answered(1, 2, .threw)) == [.dismiss(2), .prepareCollective(1)])
        #expect(pool.feed(.collectiveReady(1)) == [.startGang(1, 1, [3, 4, 5])])
        // The grace of the first start is over, and means nothing any more.
        #expect(pool.feed(.graceExpired(1)) == [])
        #expect(
            pool.feed(.workerLost(4, .known(1)))
                == [.endFailed(1, .workerLost(4)), .abandonGang(1, 3), .abandonGang(1, 5), .armGrace(1), .requestJob])
        #expect(pool.feed([.answered(1, 3, .dropped), .answered(1, 5, .threw)]) == [.forget(1)])
        #expect(pool.violations == [])
    }

    @Test func aWorkerThatIsEndedIsInNoGang() {
        var pool = CheckedScheduler(size: 2)
        pool.feed([.submitted(1, TaskRequest()), .submitted(2, TaskRequest(gang: 1)), .collectiveReady(0)])
        pool.feed([.answered(2, 1, .returned), .submitted(3, TaskRequest(gang: 2)), .deadlinePassed(1)])
        #expect(pool.feed(.graceExpired(1)) == [.endWorker(0, 1)])
        // Its last answer crosses its end.
        #expect(pool.feed(.answered(1, 0, .threw)) == [.forget(1)])
        #expect(pool.feed(.graceExpired(1)) == [])
        #expect(pool.feed(.workerLost(0, .known(nil))) == [.requestJob])
        #expect(pool.machine.place(of: 3) == .parked)
        #expect(pool.violations == [])
    }

    @Test func aGraceComesBackUntilTheWorkerIsInTheTask() {
        var pool = CheckedScheduler(size: 1)
        pool.feed([.submitted(1, TaskRequest()), .submitted(2, TaskRequest()), .started(1, 0)])
        #expect(pool.feed(.deadlinePassed(2)) == [.endFailed(2, .deadlineExceeded), .cancel(2, 0), .armGrace(2)])
        #expect(pool.feed(.graceExpired(2)) == [.armGrace(2)])
        #expect(pool.feed(.answered(1, 0, .returned)) == [.endWithAnswer(1, of: 0), .forget(1)])
        #expect(pool.feed(.graceExpired(2)) == [.endWorker(0, 2)])
        #expect(pool.feed(.graceExpired(2)) == [])
        #expect(pool.feed(.workerLost(0, .known(2))) == [.forget(2), .requestJob])
        #expect(pool.violations == [])
    }
}
