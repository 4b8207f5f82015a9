// SPDX-License-Identifier: Apache-2.0
// Several executors of one program.

import Futures

extension Contract {
    /// mpi4py.futures, ProcessPoolSubmitTest.
    static let manyExecutors = CheckSection(
        "Several executors (ProcessPoolSubmitTest)",
        [
            Check(
                "multiple_executors",
                "Three executors with 100 tasks each, awaited in reverse order: nothing is mixed up."
            ) { trial in
                var all: [[Future<Int>]] = []
                try await trial.withExecutor { first in
                    try await trial.withExecutor { second in
                        for (place, executor) in [trial.executor, first.executor, second.executor].enumerated() {
                            var futures: [Future<Int>] = []
                            for number in 0..<100 {
                                futures.append(await executor.submit(1000 * place + number) { $0 })
                            }
                            all.append(futures)
                        }
                        for place in all.indices.reversed() {
                            let values = try await all[place].gather().value
                            try trial.expect(values, is: (0..<100).map { 1000 * place + $0 })
                        }
                    }
                }
            },
            Check(
                "mpi_serialized_support", "The locked and the unlocked way into MPI.",
                because: "there is no locked way: all MPI calls of a process run on one thread"),
            Check(
                "shared_executors",
                "Several executors share the workers of one program: every task runs once, and each has its own numbers."
            ) { trial in
                let count = trial.abilities.choosesWorkers ? 3 : 16
                var owns: [SubjectExecutor] = []
                var futures: [Future<Int>] = []
                for place in 0..<count {
                    let own = try await trial.subject.make(
                        ExecutorRequest(workers: trial.abilities.choosesWorkers ? 1 : nil))
                    owns.append(own)
                    for number in 0..<128 { futures.append(await own.executor.submit(128 * place + number) { $0 }) }
                }
                try trial.expect(try await futures.gather().value, is: Array(0..<(128 * count)))
                for own in owns {
                    let number = await own.executor.submit { TaskContext.current?.submission }
                    try trial.expect(try await number.value, is: 128)
                    await own.shutDown(false)
                }
            },
        ])
}
