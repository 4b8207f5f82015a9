// SPDX-License-Identifier: Apache-2.0
// Beginnings and ends of executors.

import Futures

extension Contract {
    /// mpi4py.futures, ProcessPoolBootupTest.
    static let bootUp = CheckSection(
        "Starting workers (ProcessPoolBootupTest)",
        [
            Check("bootup", "Starting is idempotent; afterwards tasks run at once.", needs: [.bootUp]) { trial in
                try await trial.withExecutor { own in
                    try await own.bootUp?()
                    try await own.bootUp?()
                    try trial.expect(try await own.executor.submit(1) { $0 }.value, is: 1)
                    try await own.bootUp?()
                }
            },
            Check("bootup_nowait_wait", "Starts at the same time are one start.", needs: [.bootUp, .oneProgram]) {
                trial in
                try await trial.withExecutor { own in
                    let starts = (0..<3).map { _ in Task { try await own.bootUp?() } }
                    let future = await own.executor.submit(1) { $0 }
                    for start in starts { try await start.value }
                    try trial.expect(try await future.value, is: 1)
                }
            },
            Check("bootup_after_shutdown", "A start after the end is refused.", needs: [.bootUp]) { trial in
                try await trial.withExecutor { own in
                    try await own.bootUp?()
                    await own.shutDown(false)
                    let error = try await trial.failure { try await own.bootUp?() }
                    try trial.expect(error, is: .shutDown)
                }
            },
            Check(
                "bootup_shutdown_nowait", "Started and let go of at once: nothing hangs.",
                needs: [.bootUp, .oneProgram]
            ) { trial in
                let own = try await trial.subject.make(ExecutorRequest())
                let boot = Task { try await own.bootUp?() }
                await own.shutDown(false)
                _ = await boot.result
            },
        ])

    /// mpi4py.futures, ExecutorShutdownTestMixin and ProcessPoolShutdownTest.
    static let shutdown = CheckSection(
        "Ending an executor (ExecutorShutdownTestMixin, ProcessPoolShutdownTest)",
        [
            Check("run_after_shutdown", "Submissions after the end fail, with an error that says so.") { trial in
                let own = try await trial.subject.make(ExecutorRequest())
                try trial.expect(try await own.executor.submit(1) { $0 }.value, is: 1)
                await own.shutDown(false)
                let late = await own.executor.submit(1) { $0 }
                try trial.expect(try await trial.failure(of: late), is: .shutDown)
                let error = try await trial.failure { _ = try await collect(own.executor.map(0..<3) { $0 }) }
                try trial.expect(error, is: .shutDown)
            },
            Check("hang_issue12364", "50 tasks that wait finish although the end was asked for.") { trial in
                let own = try await trial.subject.make(ExecutorRequest())
                var futures: [Future<Int>] = []
                for number in 0..<50 { futures.append(await own.executor.submit(Nap(seconds: 0.01, value: number))) }
                await own.shutDown(false)
                try trial.expect(try await futures.gather().value, is: Array(0..<50))
            },
            Check("shutdown", "The end returns when all that was accepted has ended.") { trial in
                let own = try await trial.subject.make(ExecutorRequest())
                let future = await own.executor.submit(Nap(seconds: 0.2, value: 5))
                await own.shutDown(false)
                try trial.expect(try await future.value(within: .zero), is: 5)
            },
            Check(
                "submit_shutdown_cancel", "An end that spares the queue, then one that drops it.",
                needs: [.cancellation]
            ) { trial in
                let own = try await trial.subject.make(ExecutorRequest())
                let count = 100 * (await own.executor.concurrency)
                var futures: [Future<Int>] = []
                for number in 0..<count { futures.append(await own.executor.submit(Nap(seconds: 0.05, value: number))) }
                let sparing = Task { await own.shutDown(false) }
                try trial.expect(try await futures[0].value, is: 0)
                try trial.expect(futures[count - 1].state != .cancelled, "the last was cancelled")
                await own.shutDown(true)
                await sparing.value
                try trial.expectCancellation(try await trial.failure(of: futures[count - 1]))
            },
            Check(
                "submit_shutdown_cancel_wait", "What runs goes on, what waits is cancelled, and all is heard of.",
                needs: [.cancellation]
            ) { trial in
                let own = try await trial.subject.make(
                    ExecutorRequest(workers: trial.abilities.choosesWorkers ? 1 : nil))
                let workers = await own.executor.concurrency
                var running: [Future<Int>] = []
                for number in 0..<workers {
                    running.append(await own.executor.submit(Nap(seconds: 0.7, value: number)))
                }
                try await trial.wait { running.allSatisfy { $0.state == .running } }
                let waiting = [await own.executor.submit(Nap(seconds: 0)), await own.executor.submit(Nap(seconds: 0))]
                await own.shutDown(true)
                try trial.expect(try await running.gather().value, is: Array(0..<workers))
                for future in waiting { try trial.expectCancellation(try await trial.failure(of: future)) }
            },
            Check("shutdown_cancel", "Every repetition and combination is harmless, with an empty queue too.") {
                trial in
                let own = try await trial.subject.make(ExecutorRequest())
                try trial.expect(try await own.executor.submit(1) { $0 }.value, is: 1)
                for cancelPending in [false, true, true, false] {
                    await own.shutDown(cancelPending && trial.abilities.cancels)
                }
            },
            Check("init_bootup_shutdown", "Unused, started, ended: each state allows what it should.", needs: [.bootUp])
            { trial in
                let own = try await trial.subject.make(ExecutorRequest())
                try await own.bootUp?()
                try trial.expect(try await own.executor.submit(1) { $0 }.value, is: 1)
                await own.shutDown(false)
                try trial.expect(try await trial.failure(of: await own.executor.submit(1) { $0 }), is: .shutDown)
            },
            Check("context_manager_shutdown", "A scope with a map in it leaves nothing behind.") { trial in
                try await trial.withExecutor { own in
                    let outputs = try await collect(own.executor.map([5, -5, 0]) { abs($0) })
                    try trial.expect(outputs, is: [5, 5, 0])
                }
            },
            Check("del_shutdown", "What was submitted ends although nobody holds the executor.") { trial in
                var own: SubjectExecutor? = try await trial.subject.make(ExecutorRequest())
                var futures: [Future<Int>] = []
                for number in 0..<5 {
                    if let own { futures.append(await own.executor.submit(Nap(seconds: 0.01, value: number))) }
                }
                own = nil
                try trial.expect(try await futures.gather().value, is: Array(0..<5))
            },
        ])

    /// mpi4py.futures, SharedPoolInitTest.
    static let initializers = CheckSection(
        "Executors with initializers beside others (SharedPoolInitTest)",
        [
            Check("initializer_0", "Start, submit and end succeed with an initializer.", needs: [.initializer]) {
                trial in
                try await healthy(trial)
            },
            Check("initializer_1", "A broken executor twice; the next one is healthy.", needs: [.initializer]) {
                trial in
                for _ in 0..<2 { try await broken(trial) }
                try await healthy(trial)
            },
            Check("initializer_2", "With an initializer after a broken executor.", needs: [.initializer]) { trial in
                try await broken(trial)
                try await healthy(trial)
            },
            Check("initializer_3", "Without an initializer after a broken executor.", needs: [.initializer]) { trial in
                try await broken(trial)
                try await trial.withExecutor { own in
                    try trial.expect(try await own.executor.submit(2) { $0 }.value, is: 2)
                }
            },
            Check(
                "initializer_4", "Several executors with initializers, made at the same time.",
                needs: [.initializer, .oneProgram]
            ) { trial in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<3 { group.addTask { try await healthy(trial) } }
                    try await group.waitForAll()
                }
            },
        ])

    private static func healthy(_ trial: Trial) async throws {
        let request = ExecutorRequest(
            workers: trial.abilities.choosesWorkers ? 1 : nil,
            initializer: try WorkerInitializer("healthy") { Preset.set($0) })
        try await trial.withExecutor(request) { own in
            try await own.bootUp?()
            try trial.expect(try await own.executor.submit { Preset.value }.value, is: "healthy")
        }
    }

    private static func broken(_ trial: Trial) async throws {
        let request = ExecutorRequest(
            workers: trial.abilities.choosesWorkers ? 1 : nil,
            initializer: try WorkerInitializer("bad") { try await Preset.fail($0) })
        try await trial.withExecutor(request) { own in
            let future = await own.executor.submit(1) { $0 }
            try trial.expectBroken(try await trial.failure(of: future))
        }
    }
}
