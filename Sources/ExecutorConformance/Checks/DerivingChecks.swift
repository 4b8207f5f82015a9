// SPDX-License-Identifier: Apache-2.0
// Futures made from futures.

import Futures

extension Contract {
    /// mpi4py.futures, ThenTest.
    static let deriving = CheckSection(
        "Futures made from one (ThenTest)",
        [
            Check("cancel_base", "Cancelling a future cancels what was made from it.", needs: [.cancellation]) {
                trial in
                let base = await trial.slow()
                let derived = base.map { $0 + 1 }.shielded
                base.cancel()
                try trial.expectCancellation(try await trial.failure(of: derived))
                try trial.expect(derived.state, is: .cancelled)
            },
            Check(
                "cancel_new", "Cancelling what was made from a shielded future leaves that one running.",
                needs: [.cancellation]
            ) { trial in
                let base = await trial.executor.submit(Nap(seconds: 0.1, value: 3))
                let derived = base.shielded.map { $0 + 1 }
                derived.cancel()
                try trial.expectCancellation(try await trial.failure(of: derived))
                try trial.expect(try await base.value, is: 3)
                try trial.expect(derived.state, is: .cancelled)
            },
            Check("then_multiple", "Three futures made from one all get its value.") { trial in
                let base = await trial.executor.submit(5) { $0 }
                let derived = (0..<3).map { index in base.map { $0 + index } }
                try trial.expect(try await derived.gather().value, is: [5, 6, 7])
            },
            Check("no_callbacks_and_success", "A value passes through.") { trial in
                let base = await trial.executor.submit(5) { $0 }
                try trial.expect(try await base.mapError { $0 }.recover { throw $0 }.shielded.value, is: 5)
            },
            Check("no_callbacks_and_failure", "An error passes through as it is.") { trial in
                let base = await trial.executor.submit(Failing(reason: "kept"))
                let derived = base.map { $0 }.mapError { $0 }.flatMap { Future(value: $0) }
                try trial.expect(try await trial.failure(of: derived), is: Fault(reason: "kept"))
            },
            Check("success_callback_and_success", "A value is mapped.") { trial in
                let base = await trial.executor.submit(5) { $0 }
                try trial.expect(try await base.map { "\($0)" }.value, is: "5")
            },
            Check("success_callback_and_failure_raised", "A mapping that throws fails the new future.") { trial in
                let derived = await trial.executor.submit(5) { $0 }.map { (_: Int) -> Int in throw Fault(reason: "map")
                }
                try trial.expect(try await trial.failure(of: derived), is: Fault(reason: "map"))
            },
            Check("err_callback_and_failure_repackage", "An error is replaced by another.") { trial in
                let derived = await trial.executor.submit(Failing(reason: "old")).mapError { _ in Fault(reason: "new") }
                try trial.expect(try await trial.failure(of: derived), is: Fault(reason: "new"))
            },
            Check("err_callback_and_failure_raised", "A recovery that throws replaces the error.") { trial in
                let derived = await trial.executor.submit(Failing(reason: "old")).recover { _ in
                    throw Fault(reason: "new")
                }
                try trial.expect(try await trial.failure(of: derived), is: Fault(reason: "new"))
            },
            Check("err_callback_convert_to_success", "An error is recovered from.") { trial in
                try trial.expect(
                    try await trial.executor.submit(Failing(reason: "old")).recover { _ in 8 }.value, is: 8)
            },
            Check("err_catch_ignore", "An error is ignored: no value in its place.") { trial in
                let base = await trial.executor.submit(Failing(reason: "old"))
                try trial.expect(try await base.map(Optional.some).recover { _ in nil }.value, is: nil)
            },
            Check("chained_success_callback_and_success", "A future that a value leads to is followed.") { trial in
                let (first, second) = (await trial.executor.submit(5) { $0 }, await trial.executor.submit("x") { $0 })
                let chain = first.flatMap { number in second.map { "\($0)\(number)" } }
                try trial.expect(try await chain.value, is: "x5")
            },
            Check(
                "chained_failure_callback_and_success",
                "An error that a chain leads to is its own, and can be recovered from."
            ) { trial in
                let failing = await trial.executor.submit(Failing(reason: "second"))
                let chain = await trial.executor.submit(5) { $0 }.flatMap { _ in failing }
                try trial.expect(try await trial.failure(of: chain), is: Fault(reason: "second"))
                try trial.expect(try await chain.recover { _ in 1 }.value, is: 1)
            },
            Check(
                "detect_cycle_chain", "A chain of futures that await each other.",
                because:
                    "it can't be built: a future is made from one that is there already, so none can lead to itself"),
            Check(
                "detect_self_chain", "A future that awaits itself.",
                because:
                    "it can't be built: a future is made from one that is there already, so none can lead to itself"),
        ])

    /// mpi4py.futures, CollectTest.
    static let collecting = CheckSection(
        "Many futures into one (CollectTest)",
        [
            Check("empty", "Nothing is gathered at once.") { trial in
                let gathered = [Future<Int>]().gather()
                try trial.expect(gathered.state, is: .succeeded)
                try trial.expect(try await gathered.value, is: [])
            },
            Check("item_success", "The values come in the order of the futures.") { trial in
                var futures: [Future<Int>] = []
                for number in 0..<10 {
                    futures.append(await trial.executor.submit(Nap(seconds: 0.01 * Double(9 - number), value: number)))
                }
                try trial.expect(try await futures.gather().value, is: Array(0..<10))
            },
            Check("item_failure", "The first failure is the error of all.") { trial in
                let done = await trial.executor.submit(1) { $0 }
                try trial.expect(try await done.value, is: 1)
                let futures = [
                    done, await trial.executor.submit(Failing(reason: "item")), await trial.executor.submit(3) { $0 },
                ]
                try trial.expect(try await trial.failure(of: futures.gather()), is: Fault(reason: "item"))
                try trial.expect(try await futures[0].value, is: 1)
            },
            Check(
                "item_failure_cancels", "The first failure cancels those that have not ended.", needs: [.cancellation]
            ) { trial in
                let done = await trial.executor.submit(1) { $0 }
                try trial.expect(try await done.value, is: 1)
                let failing = await trial.executor.submit(Failing(reason: "item"))
                let futures = [done, failing, await trial.slow()]
                try trial.expect(try await trial.failure(of: futures.gather()), is: Fault(reason: "item"))
                try trial.expectCancellation(try await trial.failure(of: futures[2]))
                try trial.expect(futures[0].state, is: .succeeded)
            },
            Check("item_done", "Futures that have all ended are gathered at once.") { trial in
                let futures = [Future(value: 1), Future(value: 2)]
                try trial.expect(try await futures.gather().value(within: .zero), is: [1, 2])
            },
            Check("item_cancel", "A cancelled one cancels the whole and the others.", needs: [.cancellation]) { trial in
                let futures = [await trial.slow(), await trial.slow()]
                let gathered = futures.gather()
                futures[0].cancel()
                try trial.expectCancellation(try await trial.failure(of: gathered))
                try trial.expect(gathered.state, is: .cancelled)
                try trial.expectCancellation(try await trial.failure(of: futures[1]))
            },
            Check("cancel", "Cancelling the whole cancels all.", needs: [.cancellation]) { trial in
                let futures = [await trial.slow(), await trial.slow()]
                let gathered = futures.gather()
                gathered.cancel()
                try trial.expectCancellation(try await trial.failure(of: gathered))
                for future in futures { try trial.expectCancellation(try await trial.failure(of: future)) }
            },
            Check("cancel_pending", "Those that end all the same do no harm.", needs: [.cancellation]) { trial in
                let stubborn = await trial.executor.submit { () -> Int in
                    while !Task.isCancelled { await Task.yield() }
                    return 4
                }
                try await trial.wait { stubborn.state == .running }
                let gathered = [stubborn, Future(value: 2)].gather()
                gathered.cancel()
                try trial.expect(try await gathered.value, is: [4, 2])
            },
        ])

    /// mpi4py.futures, ComposeTest.
    static let composing = CheckSection(
        "Futures that stand for others (ComposeTest)",
        [
            Check("result", "The value is the base's.") { trial in
                try trial.expect(try await trial.executor.submit(5) { $0 }.map { $0 }.value, is: 5)
            },
            Check("except", "The error is the base's, itself.") { trial in
                let derived = await trial.executor.submit(Failing(reason: "base")).map { $0 }
                try trial.expect(try await trial.failure(of: derived), is: Fault(reason: "base"))
            },
            Check("compose_cancel_new", "A cancelled base cancels what stands for it.", needs: [.cancellation]) {
                trial in
                let base = await trial.slow()
                let derived = base.map { $0 }
                base.cancel()
                try trial.expectCancellation(try await trial.failure(of: derived))
            },
            Check("cancel_old", "Cancelling what stands for the base cancels the base.", needs: [.cancellation]) {
                trial in
                let base = await trial.slow()
                let derived = [
                    base.map { $0 }, base.mapError { $0 }, base.recover { _ in 0 }, base.flatMap { Future(value: $0) },
                ]
                derived[3].cancel()
                try trial.expectCancellation(try await trial.failure(of: base))
                for future in derived { try trial.expectCancellation(try await trial.failure(of: future)) }
            },
            Check("result_hook", "A hook changes the value.") { trial in
                try trial.expect(try await trial.executor.submit(5) { $0 }.map { -$0 }.value, is: -5)
            },
            Check("result_hook_failure", "A hook that throws is the error.") { trial in
                let derived = await trial.executor.submit(0) { $0 }.map { (_: Int) -> Int in throw Fault(reason: "hook")
                }
                try trial.expect(try await trial.failure(of: derived), is: Fault(reason: "hook"))
            },
            Check("except_hook", "A hook recovers.") { trial in
                try trial.expect(try await trial.executor.submit(Failing(reason: "x")).recover { _ in 6 }.value, is: 6)
            },
            Check("except_hook_except", "A hook replaces the error.") { trial in
                let derived = await trial.executor.submit(Failing(reason: "x")).mapError { _ in Fault(reason: "y") }
                try trial.expect(try await trial.failure(of: derived), is: Fault(reason: "y"))
            },
            Check("except_hook_failure", "A hook that throws replaces the error.") { trial in
                let derived = await trial.executor.submit(Failing(reason: "x")).recover { _ in throw Fault(reason: "z")
                }
                try trial.expect(try await trial.failure(of: derived), is: Fault(reason: "z"))
            },
        ])
}
