// SPDX-License-Identifier: Apache-2.0
// Executors with their options.

import Futures
import Synchronization

extension Contract {
    /// mpi4py.futures, ProcessPoolInitTest.
    static let making = CheckSection(
        "Making an executor (ProcessPoolInitTest)",
        [
            Check("init", "Made and never used: nothing hangs, nothing is left.") { trial in
                try await trial.withExecutor { _ in }
            },
            Check("init_args", "The number of workers is accepted.", needs: [.workerCount]) { trial in
                try await trial.withExecutor(ExecutorRequest(workers: 1)) { own in
                    try trial.expect(try await own.executor.submit(3) { $0 + 1 }.value, is: 4)
                }
            },
            Check("init_kwargs", "All options together are accepted, and tasks run.", needs: [.initializer]) { trial in
                let initializer = try WorkerInitializer("all") { Preset.set($0) }
                let request = ExecutorRequest(
                    workers: trial.abilities.choosesWorkers ? 1 : nil, seed: 3, initializer: initializer)
                try await trial.withExecutor(request) { own in
                    let options = TaskOptions(
                        name: "all", priority: 2, retries: 1, deadline: .seconds(100), ranks: .one,
                        cancelsWithWaiter: true)
                    try trial.expect(try await own.executor.submit(3, options: options) { $0 + 1 }.value, is: 4)
                    try trial.expect(try await own.executor.submit { Preset.value }.value, is: "all")
                }
            },
            Check(
                "init_pyargs", "Interpreter flags.",
                because:
                    "Swift has no interpreter; arguments and environment are passed on (MPIFuturesTests.PoolEnvironmentTests)"
            ),
            Check(
                "init_globals", "A value that was preset in the worker is seen, another is not.", needs: [.initializer]
            ) { trial in
                let request = ExecutorRequest(initializer: try WorkerInitializer("seen") { Preset.set($0) })
                try await trial.withExecutor(request) { own in
                    try trial.expect(try await own.executor.submit("seen") { $0 == Preset.value }.value, is: true)
                    try trial.expect(try await own.executor.submit("other") { $0 == Preset.value }.value, is: false)
                }
            },
            Check("run_name", "Code can tell whether it runs in a task.") { trial in
                try trial.expect(TaskContext.current == nil, "the program is in a task")
                let options = TaskOptions(name: "inside")
                let name = await trial.executor.submit(options: options) { TaskContext.current?.name ?? "" }
                try trial.expect(try await name.value, is: "inside")
            },
            Check("max_workers", "One worker is one worker.", needs: [.workerCount]) { trial in
                try await trial.withExecutor(ExecutorRequest(workers: 1)) { own in
                    try trial.expect(await own.executor.concurrency, is: 1)
                    let workers = try await collect(
                        own.executor.map(0..<20, chunk: 1) { _ in TaskContext.current?.worker })
                    try trial.expect(Set(workers), is: [0])
                }
            },
            Check(
                "max_workers_environ", "The number of workers from the environment.",
                shownBy: "MPIFuturesTests.PoolEnvironmentTests: the environment is that of the program"),
            Check("max_workers_negative", "0 and -1 workers are refused.", needs: [.workerCount]) { trial in
                for workers in [0, -1] {
                    let error = try await trial.failure {
                        _ = try await trial.subject.make(ExecutorRequest(workers: workers))
                    }
                    try trial.expect(error, is: .invalidArgument)
                }
            },
            Check(
                "use_pkl5", "Which way large payloads are sent.",
                because: "there is one way, which has no limit; it has no switch"),
            Check("initializer", "It runs before the first task, on every worker once.", needs: [.initializer]) {
                trial in
                let request = ExecutorRequest(initializer: try WorkerInitializer { Preset.count() })
                try await trial.withExecutor(request) { own in
                    let counts = try await collect(own.executor.map(0..<40, chunk: 1) { _ in Preset.number })
                    try trial.expect(counts.allSatisfy { $0 > 0 }, "a task ran before the initializer")
                    try trial.expect(
                        counts.allSatisfy { $0 == counts.first || trial.abilities.usesProcesses },
                        "it ran while tasks did")
                    let later = try await collect(own.executor.map(0..<40, chunk: 1) { _ in Preset.number })
                    try trial.expect(Set(later).isSubset(of: counts), "it ran again")
                }
            },
            Check(
                "initializer_bad", "An initializer that is none.",
                because:
                    "the compiler refuses it; a closure that captures is refused where the initializer is made (closureNotShippable)"
            ),
            Check(
                "initializer_error",
                "A throwing initializer fails what waits and what comes, with its error as the cause.",
                needs: [.initializer]
            ) { trial in
                let request = ExecutorRequest(initializer: try WorkerInitializer("bad") { try await Preset.fail($0) })
                try await trial.withExecutor(request) { own in
                    let pending = [await own.executor.submit(1) { $0 }, await own.executor.submit(2) { $0 }]
                    for future in pending { try trial.expectBroken(try await trial.failure(of: future)) }
                    try trial.expectBroken(try await trial.failure(of: await own.executor.submit(3) { $0 }))
                }
            },
            Check("initializer_error_del", "Started, then let go of: nothing hangs.", needs: [.initializer, .bootUp]) {
                trial in
                let request = ExecutorRequest(initializer: try WorkerInitializer("bad") { try await Preset.fail($0) })
                let own = try await trial.subject.make(request)
                _ = try await trial.failure { try await own.bootUp?() }
                await own.shutDown(false)
            },
            Check(
                "initializer_error_del_nowait", "Shut down while the initializer still runs: nothing hangs.",
                needs: [.initializer, .oneProgram]
            ) { trial in
                let request = ExecutorRequest(initializer: try WorkerInitializer("bad") { try await Preset.fail($0) })
                let own = try await trial.subject.make(request)
                let boot = Task { try await own.bootUp?() }
                let future = await own.executor.submit(1) { $0 }
                await own.shutDown(true)
                _ = try await trial.failure(of: future)
                _ = await boot.result
            },
        ])
}

/// What initializers leave in the process of a worker.
enum Preset {
    private static let state = Mutex((value: "", number: 0))

    static var value: String { state.withLock { $0.value } }

    static var number: Int { state.withLock { $0.number } }

    static func set(_ value: String) { state.withLock { $0.value = value } }

    static func count() { state.withLock { $0.number += 1 } }

    static func fail(_ reason: String) async throws {
        try await Task.sleep(for: .milliseconds(100))
        throw Fault(reason: reason)
    }
}

extension Trial {
    /// Fails unless an error says that the initializer failed, and why.
    func expectBroken(_ error: any Error) throws {
        try expect(error, is: .initializerFailed)
        guard let cause = (error as? ExecutorError)?.cause, "\(cause)".contains("bad") else {
            throw CheckFailure("\(error) without the initializer's error")
        }
    }
}
