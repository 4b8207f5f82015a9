// SPDX-License-Identifier: Apache-2.0
// Ten thousand workers: no event may cost more with their number.

import Testing

@testable import Futures

@Suite(.serialized) struct SchedulerScaleTests {
    /// 200,000 tasks, one in a thousand of them a gang, losses and two replaced jobs on 10,000 workers.
    ///
    /// 750,000 events; 8 s without optimisation on two cores when it was written.
    @Test(.timeLimit(.minutes(2))) func tenThousandWorkers() {
        var pool = LargePool(size: 10_000, seed: 1)
        for number in 0..<200_000 {
            pool.submit(gang: number % 1000 == 999 ? 2 + pool.random.below(500) : nil, retries: 1)
            if number >= 50_000, number % 10_000 == 0 { pool.settle() }
            if number > 50_000 { _ = pool.answerOne() }
            // Losses bring a second and a third job, the one before retires.
            if number == 100_000 || number == 150_000 {
                for worker in 0..<20 { pool.lose(WorkerID(pool.workers.count - 1 - 37 * worker)) }
            }
        }
        repeat { pool.settle() } while pool.answerOne()
        #expect(pool.errors == [])
        #expect(pool.endedCount == 200_000)
        #expect(pool.forgottenCount == 200_000)
        #expect(pool.gangsStarted >= 200)
        #expect(pool.jobCount == 3)
        #expect(pool.largestLoad <= pool.machine.maximumDepth)
        #expect(pool.machine.liveTaskCount == 0)
    }

    /// Gangs of all workers behind ordinary tasks: slow as soon as one event looks at all members.
    @Test(.timeLimit(.minutes(2))) func gangsOfTenThousandRanks() {
        var pool = LargePool(size: 10_000, seed: 2)
        pool.submit(gang: nil)
        pool.settle()
        for _ in 0..<30_000 { pool.submit(gang: nil) }
        for _ in 0..<3 { pool.submit(gang: 10_000) }
        repeat { pool.settle() } while pool.answerOne()
        #expect(pool.errors == [])
        #expect(pool.gangsStarted == 3)
        #expect(pool.forgottenCount == 30_004)
    }
}
