// SPDX-License-Identifier: Apache-2.0
// Waiting for several futures.

import Futures

extension Contract {
    /// mpi4py.futures, WaitTestMixin.
    static let waiting = CheckSection(
        "Waiting for several futures (WaitTestMixin)",
        [
            Check("first_completed", "A wait for the first returns at the first end.") { trial in
                let futures = [await trial.executor.submit(Nap(seconds: 0, value: 1)), await trial.slow()]
                let first = try await futures.firstCompleted()
                try trial.expect(first.index, is: 0)
                try trial.expect(try first.value, is: 1)
                try trial.expect(try await futures.allSettled(within: .zero).pending, is: [1])
            },
            Check(
                "first_completed_some_already_completed",
                "One that had ended before, or was cancelled, is returned at once."
            ) { trial in
                let futures = [await trial.slow(), Future<Int>(error: CancellationError()), Future(value: 3)]
                try trial.expect(try await futures.firstCompleted(within: .zero).index, is: 1)
            },
            Check("first_exception", "A wait for a failure returns at the first one; slower successes are left alone.")
            { trial in
                let futures = [
                    await trial.executor.submit(Nap(seconds: 0)), await trial.executor.submit(Failing(reason: "first")),
                    await trial.slow(),
                ]
                let failed = try await futures.firstFailed()
                try trial.expect(failed?.index, is: 1)
                let pending = try await futures.allSettled(within: .zero).pending
                try trial.expect(pending.contains(2), "the slow one has ended")
            },
            Check(
                "first_exception_some_already_complete",
                "Ends from before count: successes don't end the wait, cancellations do."
            ) { trial in
                let futures = [await trial.executor.submit(Failing(reason: "late")), Future(value: 1)]
                try trial.expect(try await futures.firstFailed()?.index, is: 0)
                let others = [Future(value: 1), Future<Int>(error: CancellationError())]
                try trial.expect(try await others.firstFailed()?.index, is: 1)
                try trial.expect(try await others[..<1].firstFailed() == nil, "a success was taken for a failure")
            },
            Check("first_exception_one_already_failed", "A failure from before ends the wait at once.") { trial in
                let futures = [await trial.slow(), Future<Int>(error: Fault(reason: "before"))]
                try trial.expect(try await futures.firstFailed(within: .zero)?.index, is: 1)
            },
            Check("all_completed", "A wait for all returns with successes, failures and cancellations alike.") {
                trial in
                let futures = [
                    await trial.executor.submit(Nap(seconds: 0.01, value: 1)),
                    await trial.executor.submit(Failing(reason: "one")), Future<Int>(error: CancellationError()),
                ]
                let results = try await futures.allSettled()
                try trial.expect(results.map { try? $0.get() }, is: [1, nil, nil])
            },
            Check("timeout", "At a time limit the futures are split into those that ended and the others.") { trial in
                let quick = await trial.executor.submit(Nap(seconds: 0, value: 7))
                let futures = [quick, await trial.slow()]
                try trial.expect(try await quick.value, is: 7)
                let settlement = try await futures.allSettled(within: .milliseconds(100))
                try trial.expect(settlement.ended.map(\.index), is: [0])
                try trial.expect(settlement.pending, is: [1])
                let error = try await trial.failure { _ = try await futures[1].value(within: .milliseconds(20)) }
                try trial.expect(error, is: .timedOut)
            },
        ])

    /// mpi4py.futures, AsCompletedTestMixin.
    static let completions = CheckSection(
        "Futures as they end (AsCompletedTestMixin)",
        [
            Check("no_timeout", "Each future once, in the order of their ends.") { trial in
                var futures = [Future<Int>(error: CancellationError()), Future(value: 0)]
                futures.append(await trial.executor.submit(Nap(seconds: 0.3, value: 2)))
                futures.append(await trial.executor.submit(Nap(seconds: 0, value: 3)))
                var order: [Int] = []
                for try await completion in futures.asCompleted() { order.append(completion.index) }
                try trial.expect(Array(order[..<2]), is: [0, 1])
                try trial.expect(order.sorted(), is: [0, 1, 2, 3])
                if await trial.executor.concurrency > 1 { try trial.expect(order, is: [0, 1, 3, 2]) }
            },
            Check("zero_timeout", "Those that had ended are delivered before the time limit is.") { trial in
                let futures = [Future(value: 0), await trial.slow(), Future(value: 2)]
                var order: [Int] = []
                let error = try await trial.failure {
                    for try await completion in futures.asCompleted(within: .zero) { order.append(completion.index) }
                }
                try trial.expect(error, is: .timedOut)
                try trial.expect(order, is: [0, 2])
            },
            Check("nonzero_timeout", "Those that end within the limit are delivered.") { trial in
                let quick = await trial.executor.submit(Nap(seconds: 0))
                let futures = [quick, await trial.slow()]
                var order: [Int] = []
                let error = try await trial.failure {
                    for try await completion in futures.asCompleted(within: .milliseconds(500)) {
                        order.append(completion.index)
                    }
                }
                try trial.expect(error, is: .timedOut)
                try trial.expect(order, is: [0])
            },
            Check("duplicate_futures", "A future that is there twice is delivered once.") { trial in
                let future = await trial.executor.submit(Nap(seconds: 0.01))
                var count = 0
                for try await _ in [future, future, future].asCompleted() { count += 1 }
                try trial.expect(count, is: 1)
            },
        ])
}
