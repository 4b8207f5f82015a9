// SPDX-License-Identifier: Apache-2.0
// Defects that were measured in the peers.

import Futures
import MPI
import MPIFutures

extension Contract {
    /// Their right behaviour, where no line above shows it.
    static let defects = CheckSection(
        "Defects measured in peers",
        [
            Check("chunk_error", "mpi4py.futures: an error inside a chunk costs no other item its result.") { trial in
                var outputs: [Int?] = []
                let results = trial.executor.map(0..<20, chunk: 10) { (item: Int) -> Int in
                    if item % 7 == 3 { throw Fault(reason: "\(item)") }
                    return item
                }.results
                for try await result in results { outputs.append(try? result.get()) }
                try trial.expect(outputs, is: (0..<20).map { $0 % 7 == 3 ? nil : $0 })
            },
            Check(
                "chunk_coding", "An output inside a chunk that can't be encoded costs no other item its result.",
                needs: [.encoding]
            ) { trial in
                var places: [Int] = []
                var index = 0
                let results = trial.executor.map(0..<12, chunk: 6) {
                    Obstinate($0 == 4 ? .encoding : $0 == 9 ? .decoding : .none)
                }.results
                for try await result in results {
                    if case .failure = result { places.append(index) }
                    index += 1
                }
                try trial.expect(places, is: [4, 9])
            },
            Check("second_options", "mpi4py.futures: the second executor of a program gets its own options.") { trial in
                var draws: [UInt64] = []
                for seed in [1, 2, 1] as [UInt64] {
                    try await trial.withExecutor(ExecutorRequest(seed: seed)) { own in
                        draws.append(try await own.executor.submit { Contract.draw() }.value)
                    }
                }
                try trial.expect(draws[0] != draws[1] && draws[0] == draws[2], "draws \(draws)")
            },
            Check(
                "misspelt_option", "mpi4py.futures: a misspelt option.",
                because:
                    "the compiler refuses it; a misspelt environment variable's value is an error (MPIFuturesTests.StrategyChoiceTests)"
            ),
            Check(
                "spawn_loop", "MPI_Comm_spawn in a loop hangs.",
                because: "workers are launched, not spawned"),
            Check(
                "stale_data",
                "executorlib: after an error on rank 0 alone the next results are not the previous task's.",
                needs: [.gang(2)]
            ) { trial in
                let failing = await trial.executor.submit(1, ranks: 2) { input, communicator in
                    if communicator.rank == 0 { throw Fault(reason: "root") }
                    return try communicator.allGather(input)
                }
                try trial.expect(try await trial.failure(of: failing), is: Fault(reason: "root"))
                for input in 2..<6 {
                    let gathered = await trial.executor.submit(input, ranks: 2) { input, communicator in
                        try communicator.allGather(input)
                    }
                    try trial.expect(try await gathered.value, is: [input, input])
                }
            },
            Check(
                "client_death", "executorlib: the client's death leaves its jobs running.",
                shownBy: "MPIFuturesTests.ProgramEndTests"),
            Check(
                "overlap", "quimb: single tasks and gangs that overlap all end, with right results.", needs: [.gang(2)]
            ) { trial in
                let largest = trial.abilities.largestGang
                var singles: [Future<Int>] = []
                var gangs: [(ranks: Int, future: Future<Int>)] = []
                for number in 0..<24 {
                    singles.append(await trial.executor.submit(Nap(seconds: 0.002, value: number)))
                    let ranks = 1 + number % largest
                    gangs.append(
                        (
                            ranks,
                            await trial.executor.submit(number, ranks: ranks) { start, communicator in
                                try communicator.allReduce(start + communicator.rank, .sum)
                            }
                        ))
                }
                try trial.expect(try await singles.gather().value, is: Array(0..<24))
                for (number, gang) in gangs.enumerated() {
                    let ranks = gang.ranks
                    try trial.expect(try await gang.future.value, is: number * ranks + ranks * (ranks - 1) / 2)
                }
            },
            Check("busy_pool", "quimb: a gang of all comes up on an executor that is busy.", needs: [.gang(2)]) {
                trial in
                var naps: [Future<Int>] = []
                for number in 0..<20 { naps.append(await trial.executor.submit(Nap(seconds: 0.01, value: number))) }
                let ranks = trial.abilities.largestGang
                let all = await trial.executor.submit(0, ranks: ranks) { _, communicator in
                    try communicator.allGather(communicator.rank)
                }
                for number in 20..<40 { naps.append(await trial.executor.submit(Nap(seconds: 0.01, value: number))) }
                try trial.expect(try await all.value, is: Array(0..<ranks))
                try trial.expect(try await naps.gather().value, is: Array(0..<40))
            },
            Check(
                "root_value", "quimb: the value of a gang is what rank 0 returns, not the first that is there.",
                needs: [.gang(2)]
            ) { trial in
                for _ in 0..<10 {
                    let future = await trial.executor.submit(0, ranks: 2) { _, communicator in 100 + communicator.rank }
                    try trial.expect(try await future.value, is: 100)
                }
            },
            Check(
                "asked_in_any_order", "quimb syncro: values may be asked for in any order, many times, or not at all."
            ) { trial in
                var futures: [Future<Int>] = []
                for number in 0..<12 { futures.append(await trial.executor.submit(number) { 3 * $0 }) }
                for place in [11, 4, 4, 7, 0, 11] { try trial.expect(try await futures[place].value, is: 3 * place) }
            },
            Check(
                "one_task_fails",
                "quimb syncro: one task's error is heard of where it is asked for, and nothing blocks."
            ) { trial in
                let futures = [
                    await trial.executor.submit(1) { $0 }, await trial.executor.submit(Failing(reason: "one")),
                    await trial.executor.submit(3) { $0 },
                ]
                try trial.expect(try await futures[2].value, is: 3)
                try trial.expect(try await trial.failure(of: futures[1]), is: Fault(reason: "one"))
                try trial.expect(try await futures[0].value, is: 1)
            },
            Check(
                "divergence", "quimb syncro: ranks that hold different inputs get wrong numbers.",
                shownBy:
                    "MPIFuturesTests.SyncroRankTests: it takes a program that differs between ranks"),
        ])
}
