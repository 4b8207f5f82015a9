// SPDX-License-Identifier: Apache-2.0
// Gangs and their communicators.

import Futures
import MPI
import MPIFutures

extension Contract {
    /// mpi4py.futures, MPICommExecutorTest.
    static let communicators = CheckSection(
        "Executors on given processes (MPICommExecutorTest)",
        [
            Check("default", "Start, two tasks, an end; the results can be read afterwards.") { trial in
                let own = try await trial.subject.make(ExecutorRequest())
                try await own.bootUp?()
                let futures = [await own.executor.submit(1) { $0 }, await own.executor.submit(2) { $0 }]
                await own.shutDown(false)
                try trial.expect(try await futures.gather().value, is: [1, 2])
            },
            Check("self", "Alone: a value, an error of its own type, a map, and a map with time limits.") { trial in
                let alone = LocalExecutor(concurrency: 1)
                try trial.expect(try await alone.submit(1) { $0 }.value, is: 1)
                try trial.expect(
                    try await trial.failure(of: await alone.submit(Failing(reason: "alone"))),
                    is: Fault(reason: "alone"))
                let values = try await collect(alone.map([1, 2]) { $0 }.within(.seconds(20)))
                try trial.expect(values, is: [1, 2])
                let error = try await trial.failure {
                    _ = try await collect(alone.map([Nap(seconds: 600)]).within(.zero))
                }
                try trial.expect(error, is: .timedOut)
                await alone.shutdown(cancelPending: true)
            },
            Check(
                "args", "Communicator and root by position or name.",
                because: "an executor takes its processes from the launch, not from a communicator; rank 0 submits"),
            Check(
                "arg_root", "Every rank as the root.",
                because: "rank 0 runs the program, or all ranks do; a root can't be chosen"),
            Check("arg_bad_root", "Roots that don't exist.", because: "a root can't be chosen"),
            Check("arg_bad_comm", "An intercommunicator.", because: "a communicator can't be passed in"),
            Check(
                "with_bad", "Entering twice.",
                because: "there is no scope to enter: an executor is a value that is made and shut down"),
            Check(
                "comm_initializer", "One initializer serves several executors, one after the other.",
                needs: [.initializer]
            ) { trial in
                let initializer = try WorkerInitializer("twice") { Preset.set($0) }
                for _ in 0..<2 {
                    try await trial.withExecutor(ExecutorRequest(initializer: initializer)) { own in
                        try trial.expect(try await own.executor.submit { Preset.value }.value, is: "twice")
                    }
                }
            },
            Check(
                "get_comm_workers",
                "A gang of all has as many ranks as there are; outside of one there is no communicator.",
                needs: [.gang(1)]
            ) { trial in
                let ranks = trial.abilities.largestGang
                let sizes = await trial.executor.submit(0, ranks: ranks) { _, communicator in
                    [communicator.size, TaskContext.current?.ranks ?? 0, try communicator.allReduce(1, .sum)]
                }
                try trial.expect(try await sizes.value, is: [ranks, ranks, ranks])
                try trial.expect(TaskContext.current?.communicator == nil, "the program has a gang's communicator")
                let single = await trial.executor.submit { TaskContext.current?.communicator == nil }
                try trial.expect(try await single.value, is: true)
            },
            Check("gang_too_large", "A gang of more ranks than there are is refused.") { trial in
                let options = { (ranks: Int) in
                    var options = TaskOptions()
                    options.ranks = .gang(ranks)
                    return options
                }
                for ranks in [max(trial.abilities.largestGang, 1) + 1, 0, -1] {
                    let future = await trial.executor.submit(Nap(seconds: 0), options: options(ranks))
                    try trial.expect(try await trial.failure(of: future), is: .rankMismatch)
                }
            },
        ])
}
