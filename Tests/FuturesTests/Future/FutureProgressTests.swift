// SPDX-License-Identifier: Apache-2.0
// Progress reports of a future.

import Futures
import Testing

@Suite(.timeLimit(.minutes(1)))
struct FutureProgressTests {
    @Test func beginsWithTheLastReport() async {
        let promise = Promise<Int>()
        promise.report(TaskProgress(fraction: 0.1))
        promise.report(TaskProgress(fraction: 0.2, message: "here"))
        var reports = promise.future.progress.makeAsyncIterator()
        #expect(await reports.next() == TaskProgress(fraction: 0.2, message: "here"))
        promise.report(TaskProgress(fraction: 0.3))
        #expect(await reports.next()?.fraction == 0.3)
    }

    @Test func endsWithTheFuture() async {
        let promise = Promise<Int>()
        let counting = Task {
            var count = 0
            for await _ in promise.future.progress { count += 1 }
            return count
        }
        promise.fail(Fault())
        #expect(await counting.value == 0)
    }

    @Test func reachesEveryListener() async {
        let promise = Promise<Int>()
        let streams = (0..<3).map { _ in promise.future.progress }
        promise.report(TaskProgress(fraction: 0.5))
        promise.succeed(1)
        for stream in streams {
            var fractions: [Double] = []
            for await report in stream { fractions.append(report.fraction) }
            #expect(fractions == [0.5])
        }
    }

    @Test func repeatsTheLastReportAfterTheEnd() async {
        let promise = Promise<Int>()
        promise.report(TaskProgress(fraction: 0.9))
        promise.succeed(1)
        // A report after the end is none.
        promise.report(TaskProgress(fraction: 1))
        var fractions: [Double] = []
        for await report in promise.future.progress { fractions.append(report.fraction) }
        #expect(fractions == [0.9])
    }

    @Test func keepsTheNewestForASlowListener() async {
        let promise = Promise<Int>()
        var reports = promise.future.progress.makeAsyncIterator()
        for step in 1...1000 { promise.report(TaskProgress(fraction: Double(step) / 1000)) }
        promise.succeed(1)
        #expect(await reports.next()?.fraction == 1)
        #expect(await reports.next() == nil)
    }

    @Test func neverGoesBack() async {
        for _ in 0..<200 {
            let promise = Promise<Int>()
            let listener = Task {
                var last = 0.0
                var isRising = true
                for await report in promise.future.progress {
                    isRising = isRising && report.fraction >= last
                    last = report.fraction
                }
                return (isRising, last)
            }
            for step in 1...50 { promise.report(TaskProgress(fraction: Double(step) / 50)) }
            promise.succeed(1)
            let (isRising, last) = await listener.value
            #expect(isRising)
            #expect(last == 1)
        }
    }
}
