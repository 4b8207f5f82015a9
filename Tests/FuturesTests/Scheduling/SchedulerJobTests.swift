// SPDX-License-Identifier: Apache-2.0
// Jobs that come up, come up short, fail, and replace one another.

import Testing

@testable import Futures

@Suite struct SchedulerJobTests {
    @Test func theFirstSubmissionAsksForAJobOnce() {
        var pool = CheckedScheduler(size: 2, booted: false)
        #expect(pool.feed(.submitted(1, TaskRequest())) == [.requestJob])
        #expect(pool.feed(.submitted(2, TaskRequest(gang: 2))) == [])
        #expect(pool.feed(.bootRequested) == [])
        #expect(pool.feed(.workerJoined(0, 0)) == [.send(1, 0)])
        #expect(pool.violations == [])
    }

    @Test func gangsWaitUntilTheJobIsComplete() {
        var pool = CheckedScheduler(size: 2, booted: false)
        pool.feed(.submitted(1, TaskRequest(gang: 1)))
        #expect(pool.feed([.workerJoined(0, 0), .workerJoined(1, 0)]) == [])
        #expect(pool.feed(.jobComplete(0)) == [.prepareCollective(0)])
        #expect(pool.feed(.collectiveReady(0)) == [.startGang(1, 0, [0])])
        #expect(pool.violations == [])
    }

    @Test func aFullJobReplacesTheOldOneWhenThatIsDone() {
        var pool = CheckedScheduler(size: 3)
        pool.feed([.submitted(1, TaskRequest()), .submitted(2, TaskRequest()), .submitted(3, TaskRequest())])
        pool.feed([.submitted(4, TaskRequest()), .started(1, 0)])
        #expect(pool.feed(.workerLost(2, .known(nil))) == [.requestJob, .send(3, 1)])
        #expect(pool.feed(.answered(3, 1, .returned)) == [.endWithAnswer(3, of: 1), .forget(3)])
        // Worker 0 runs 1 and gives 4 back; worker 1 runs 2.
        #expect(pool.feed(.workerJoined(3, 1)) == [.revoke(4, 0)])
        #expect(pool.feed([.workerJoined(4, 1), .workerJoined(5, 1), .jobComplete(1)]) == [])
        #expect(pool.feed(.answered(4, 0, .dropped)) == [.send(4, 3)])
        #expect(pool.feed(.answered(1, 0, .returned)) == [.endWithAnswer(1, of: 0), .forget(1), .dismiss(0)])
        // It left because it was told to: nobody asks for another.
        #expect(pool.feed(.workerLost(0, .known(nil))) == [])
        #expect(pool.feed(.workerLost(1, .known(nil))) == [.send(2, 4)])
        #expect(pool.violations == [])
    }

    @Test func aShortJobIsReplacedTwiceAndThenKept() {
        var pool = CheckedScheduler(size: 3, booted: false)
        #expect(pool.feed(.submitted(1, TaskRequest(gang: 2))) == [.requestJob])
        #expect(pool.bring(0..<2, job: 0) == [.requestJob])
        #expect(pool.bring(2..<4, job: 1) == [.dismiss(2), .dismiss(3), .requestJob])
        // MPI can't come up in a job that lacks ranks: the gang fails when no other is to come.
        #expect(pool.bring(4..<5, job: 2) == [.dismiss(4), .endFailed(1, .collectiveFailed(0)), .forget(1)])
        #expect(pool.feed(.submitted(2, TaskRequest())) == [.send(2, 0)])
        // A later gang is worth another try.
        #expect(pool.feed(.submitted(3, TaskRequest(gang: 2))) == [.requestJob])
        #expect(pool.bring(5..<8, job: 3) == [.dismiss(1), .prepareCollective(3)])
        #expect(pool.violations == [])
    }

    @Test func aShortJobWithMoreWorkersReplacesTheOldOne() {
        var pool = CheckedScheduler(size: 3)
        pool.feed([.workerLost(0, .known(nil)), .workerLost(1, .known(nil))])
        #expect(pool.bring(3..<5, job: 1) == [.dismiss(2), .requestJob])
        #expect(pool.violations == [])
    }

    @Test func jobsWithoutWorkersBreakThePoolAfterThreeTries() {
        var pool = CheckedScheduler(size: 2, booted: false)
        pool.feed([.submitted(1, TaskRequest()), .submitted(2, TaskRequest(gang: 2))])
        #expect(pool.feed(.jobComplete(0)) == [.requestJob])
        #expect(pool.feed(.jobComplete(1)) == [.requestJob])
        #expect(!pool.machine.isBroken)
        #expect(
            pool.feed(.jobComplete(2))
                == [.endFailed(1, .broken), .forget(1), .endFailed(2, .broken), .forget(2)])
        #expect(pool.machine.isBroken)
        #expect(pool.feed(.submitted(3, TaskRequest())) == [.endFailed(3, .broken), .forget(3)])
        #expect(pool.feed(.bootRequested) == [])
        #expect(pool.violations == [])
    }

    @Test func aFailedJobBreaksAnEmptyPool() {
        var pool = CheckedScheduler(size: 2, booted: false)
        pool.feed([.submitted(1, TaskRequest()), .submitted(2, TaskRequest())])
        #expect(
            pool.feed(.jobFailed) == [.endFailed(1, .broken), .forget(1), .endFailed(2, .broken), .forget(2)])
        #expect(pool.violations == [])
    }

    @Test func aFailedJobLeavesTheWorkersThatAreThere() {
        var pool = CheckedScheduler(size: 2)
        pool.feed([.submitted(1, TaskRequest(gang: 1)), .collectiveReady(0), .answered(1, 0, .returned)])
        #expect(pool.feed(.workerLost(0, .known(nil))) == [.requestJob])
        #expect(pool.feed(.submitted(2, TaskRequest(gang: 2))) == [])
        #expect(pool.feed(.submitted(3, TaskRequest())) == [.send(3, 1)])
        #expect(pool.feed(.jobFailed) == [.endFailed(2, .gangTooLarge(asked: 2, size: 1)), .forget(2)])
        #expect(!pool.machine.isBroken)
        // What it can serve it serves.
        #expect(pool.feed(.answered(3, 1, .returned)) == [.endWithAnswer(3, of: 1), .forget(3)])
        #expect(pool.feed(.submitted(4, TaskRequest(gang: 1))) == [.startGang(4, 0, [1])])
        #expect(pool.violations == [])
    }

    /// A launcher whose jobs never come up must not be started for ever.
    @Test func jobsThatFailWhenSomeHaveJoinedBreakThePoolAfterThreeTries() {
        var pool = CheckedScheduler(size: 2, booted: false)
        pool.feed(.submitted(1, TaskRequest(retries: 9)))
        for job in 0..<3 {
            #expect(pool.feed(.workerJoined(WorkerID(job), JobID(job))) == [.send(1, WorkerID(job))])
            #expect(pool.feed(.jobFailed) == [])
            let actions = pool.feed(.workerLost(WorkerID(job), .known(nil)))
            #expect(actions == (job < 2 ? [.requestJob] : [.endFailed(1, .broken), .forget(1)]))
        }
        #expect(pool.machine.isBroken)
        #expect(pool.violations == [])
    }

    @Test func workersOfAFailedJobServeOrdinaryTasks() {
        var pool = CheckedScheduler(size: 2, booted: false)
        pool.feed([.submitted(1, TaskRequest(gang: 1)), .workerJoined(0, 0)])
        #expect(pool.feed(.jobFailed) == [.endFailed(1, .collectiveFailed(0)), .forget(1)])
        #expect(pool.feed(.submitted(2, TaskRequest())) == [.send(2, 0)])
        #expect(pool.violations == [])
    }

    @Test func initialisationsThatLoseWorkersEndAfterThreeTries() {
        var pool = CheckedScheduler(size: 2)
        #expect(pool.feed(.submitted(1, TaskRequest(gang: 2))) == [.prepareCollective(0)])
        #expect(pool.feed(.workerLost(0, .known(nil))) == [.requestJob])
        #expect(pool.bring(2..<4, job: 1) == [.dismiss(1), .prepareCollective(1)])
        #expect(pool.feed(.workerLost(2, .known(nil))) == [.requestJob])
        #expect(pool.bring(4..<6, job: 2) == [.dismiss(3), .prepareCollective(2)])
        #expect(
            pool.feed(.workerLost(4, .known(nil)))
                == [.endFailed(1, .collectiveFailed(2)), .forget(1), .requestJob])
        #expect(pool.violations == [])
    }

    @Test func aJobWithoutMPIServesOrdinaryTasks() {
        var pool = CheckedScheduler(size: 2)
        pool.feed([.submitted(1, TaskRequest(gang: 2)), .submitted(2, TaskRequest(gang: 1))])
        pool.feed(.submitted(3, TaskRequest(gang: 1)))
        // Gangs 1 and 2 were to run there; gang 3 is still in the queue and waits for the next job.
        #expect(
            pool.feed(.collectiveFailed(0))
                == [
                    .endFailed(1, .collectiveFailed(0)), .forget(1), .endFailed(2, .collectiveFailed(0)), .forget(2),
                    .requestJob,
                ])
        #expect(pool.machine.place(of: 3) == .parked)
        #expect(pool.feed(.submitted(4, TaskRequest())) == [.send(4, 0)])
        #expect(pool.bring(2..<4, job: 1) == [.dismiss(1), .prepareCollective(1)])
        #expect(pool.feed(.collectiveReady(1)) == [.startGang(3, 1, [2])])
        #expect(pool.violations == [])
    }

    @Test func aRetiringJobThatFailsIsNotMissed() {
        var pool = CheckedScheduler(size: 2)
        pool.feed([.submitted(1, TaskRequest()), .submitted(2, TaskRequest(gang: 1)), .workerLost(1, .known(nil))])
        #expect(pool.bring(2..<4, job: 1) == [.prepareCollective(1)])
        #expect(pool.feed(.collectiveFailed(0)) == [])
        #expect(pool.violations == [])
    }

    @Test func aGangWithoutMembersMovesToTheNewJob() {
        var pool = CheckedScheduler(size: 2)
        pool.feed([.submitted(1, TaskRequest(gang: 1)), .submitted(2, TaskRequest(gang: 1)), .collectiveReady(0)])
        pool.feed([.submitted(3, TaskRequest(gang: 1)), .submitted(4, TaskRequest())])
        #expect(pool.machine.place(of: 3) == .assembling(0, []))
        #expect(pool.feed(.workerLost(1, .known(nil))) == [.requestJob])
        #expect(pool.feed([.workerJoined(2, 1), .workerJoined(3, 1)]) == [])
        // Gang 2 was not begun on the lost worker; it and gang 3 wait for the new job's MPI, task 4 does not.
        pool.feed(.jobComplete(1))
        #expect(pool.machine.place(of: 2) == .assembling(1, [2]))
        #expect(pool.machine.place(of: 3) == .assembling(1, [3]))
        #expect(pool.machine.place(of: 4) == .queued)
        #expect(pool.feed(.collectiveReady(1)) == [.startGang(2, 1, [2]), .startGang(3, 1, [3])])
        #expect(pool.violations == [])
    }
}
