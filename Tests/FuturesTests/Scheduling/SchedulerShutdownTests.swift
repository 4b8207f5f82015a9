// SPDX-License-Identifier: Apache-2.0
// The end of a pool: everything accepted ends, and that is said once.

import Testing

@testable import Futures

@Suite struct SchedulerShutdownTests {
    @Test func anIdlePoolIsDrainedAtOnceAndOnlyOnce() {
        var pool = CheckedScheduler(size: 1)
        #expect(pool.feed(.shutDown(cancelPending: false)) == [.drained])
        #expect(pool.feed(.shutDown(cancelPending: true)) == [])
        #expect(pool.feed(.submitted(1, TaskRequest())) == [.endFailed(1, .shutDown), .forget(1)])
        #expect(pool.feed(.workerLost(0, .known(nil))) == [])
        #expect(pool.violations == [])
    }

    @Test func acceptedTasksRunToTheirEnd() {
        var pool = CheckedScheduler(size: 1, maximumDepth: 1)
        pool.feed([.submitted(1, TaskRequest()), .submitted(2, TaskRequest())])
        #expect(pool.feed(.shutDown(cancelPending: false)) == [])
        #expect(pool.feed(.answered(1, 0, .returned)) == [.endWithAnswer(1, of: 0), .forget(1), .send(2, 0)])
        #expect(pool.feed(.answered(2, 0, .threw)) == [.endWithAnswer(2, of: 0), .forget(2), .drained])
        #expect(pool.violations == [])
    }

    @Test func whatHasNotBegunIsCancelled() {
        var pool = CheckedScheduler(size: 1)
        for task in 1...4 as ClosedRange<UInt64> { pool.feed(.submitted(TaskID(task), TaskRequest())) }
        pool.feed(.started(1, 0))
        #expect(
            pool.feed(.shutDown(cancelPending: true))
                == [.revoke(2, 0), .endCancelled(3), .forget(3), .endCancelled(4), .forget(4)])
        #expect(pool.feed(.answered(2, 0, .dropped)) == [.endCancelled(2), .forget(2)])
        #expect(pool.feed(.answered(1, 0, .returned)) == [.endWithAnswer(1, of: 0), .forget(1), .drained])
        #expect(pool.violations == [])
    }

    /// Cancelling the gang at the head must not start what stands behind it.
    @Test func cancellingPendingTasksStartsNothing() {
        var pool = CheckedScheduler(size: 2, maximumDepth: 1)
        pool.feed([.submitted(1, TaskRequest(gang: 2)), .submitted(2, TaskRequest())])
        pool.feed(.submitted(3, TaskRequest(gang: 1)))
        #expect(
            pool.feed(.shutDown(cancelPending: true))
                == [
                    .endCancelled(1), .forget(1), .endCancelled(2), .forget(2), .endCancelled(3), .forget(3), .drained,
                ])
        #expect(pool.violations == [])
    }

    @Test func aSecondShutdownMayCancel() {
        var pool = CheckedScheduler(size: 1)
        for task in 1...3 as ClosedRange<UInt64> { pool.feed(.submitted(TaskID(task), TaskRequest())) }
        pool.feed([.started(1, 0), .shutDown(cancelPending: false)])
        #expect(pool.feed(.shutDown(cancelPending: true)) == [.revoke(2, 0), .endCancelled(3), .forget(3)])
        // It had begun: it runs to its end.
        #expect(pool.feed(.answered(1, 0, .returned)) == [.endWithAnswer(1, of: 0), .forget(1)])
        #expect(pool.feed(.answered(2, 0, .returned)) == [.endWithAnswer(2, of: 0), .forget(2), .drained])
        #expect(pool.violations == [])
    }

    @Test func theLastWorkersLossAsksForAJobOnlyForWhatWaits() {
        var pool = CheckedScheduler(size: 2, maximumDepth: 1)
        for task in 1...3 as ClosedRange<UInt64> { pool.feed(.submitted(TaskID(task), TaskRequest())) }
        pool.feed(.shutDown(cancelPending: false))
        #expect(pool.feed(.workerLost(0, .known(1))) == [.endFailed(1, .workerLost(0)), .forget(1)])
        #expect(
            pool.feed(.workerLost(1, .known(2))) == [.endFailed(2, .workerLost(1)), .forget(2), .requestJob])
        #expect(pool.feed(.workerJoined(2, 1)) == [.send(3, 2)])
        #expect(pool.feed(.answered(3, 2, .returned)) == [.endWithAnswer(3, of: 2), .forget(3), .drained])
        #expect(pool.violations == [])
    }

    @Test func aGangThatCannotStartAgainAsksForAJob() {
        var pool = CheckedScheduler(size: 2)
        pool.feed([.submitted(1, TaskRequest(gang: 2, retries: 1)), .collectiveReady(0)])
        pool.feed(.shutDown(cancelPending: false))
        #expect(pool.feed(.workerLost(0, .known(1))) == [.abandonGang(1, 1), .armGrace(1)])
        #expect(pool.feed(.answered(1, 1, .threw)) == [.requestJob])
        pool.bring(2..<4, job: 1)
        #expect(pool.feed(.collectiveReady(1)) == [.startGang(1, 1, [2, 3])])
        #expect(pool.violations == [])
    }

    @Test func aRestartIsGivenUpWherePendingTasksAreCancelled() {
        var pool = CheckedScheduler(size: 2)
        pool.feed([.submitted(1, TaskRequest(gang: 2, retries: 1)), .collectiveReady(0), .workerLost(0, .known(1))])
        #expect(pool.feed(.shutDown(cancelPending: true)) == [])
        #expect(pool.feed(.answered(1, 1, .threw)) == [.endCancelled(1), .forget(1), .drained])
        #expect(pool.violations == [])
    }
}
