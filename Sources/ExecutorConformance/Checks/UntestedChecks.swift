// SPDX-License-Identifier: Apache-2.0
// What none of the peers tests.

import Foundation
import Futures
import MPI
import MPIFutures

extension Contract {
    /// The list "tested by nobody".
    static let untested = CheckSection(
        "Tested by no peer",
        [
            Check(
                "worker_killed_running", "A killed worker is its task's error, which names it; the executor serves on.",
                needs: [.loss]
            ) { trial in
                let doomed = await trial.executor.submit { () -> Int in
                    kill(getpid(), SIGKILL)
                    return 0
                }
                let error = try await trial.failure(of: doomed)
                try trial.expect(error, is: .workerLost)
                try trial.expect("\(error)".contains("SIGKILL"), "\(error) does not name the signal")
                try trial.expect(try await collect(trial.executor.map(0..<50) { $0 }), is: Array(0..<50))
            },
            Check("worker_killed_idle", "A worker that is killed at rest is replaced, or done without.", needs: [.loss])
            { trial in
                let pid = try await trial.executor.submit { getpid() }.value
                kill(pid, SIGKILL)
                try trial.expect(
                    try await collect(trial.executor.map(0..<50, options: TaskOptions(retries: 1)) { $0 }),
                    is: Array(0..<50))
            },
            Check(
                "worker_killed_boot", "A worker that dies in its initializer is an error, not a wait without an end.",
                needs: [.loss, .initializer, .workerCount]
            ) { trial in
                let initializer = try WorkerInitializer { kill(getpid(), SIGKILL) }
                try await trial.withExecutor(ExecutorRequest(workers: 1, initializer: initializer)) { own in
                    let error = try await trial.failure(of: await own.executor.submit(1) { $0 })
                    guard let error = error as? ExecutorError, [.initializerFailed, .workerLost].contains(error.code)
                    else {
                        throw CheckFailure("\(error) in place of the worker's loss")
                    }
                }
            },
            Check("crash_in_chunk", "A crash costs its item only, not its chunk.", needs: [.loss]) { trial in
                var failed: [Int] = []
                var index = 0
                let results = trial.executor.map(0..<60, chunk: 20) { (item: Int) -> Int in
                    if item == 27 { kill(getpid(), SIGKILL) }
                    return item
                }.results
                for try await result in results {
                    if (try? result.get()) != index { failed.append(index) }
                    index += 1
                }
                try trial.expect(failed, is: [27])
                try trial.expect(index, is: 60)
            },
            Check(
                "spawn_failure", "A launcher that fails or hangs.",
                because: "shown by MPIFuturesTests.LaunchFailureTests"),
            Check(
                "master_killed", "No worker outlives its program.", because: "shown by MPIFuturesTests.ProgramEndTests"),
            Check(
                "gang_error", "An error on any one rank ends the gang with that error, and the next gang is clean.",
                needs: [.gang(2)]
            ) { trial in
                let ranks = trial.abilities.largestGang
                for guilty in 0..<ranks {
                    let future = await trial.executor.submit(guilty, ranks: ranks) { guilty, communicator in
                        if communicator.rank == guilty { throw Fault(reason: "rank \(guilty)") }
                        return try communicator.allReduce(1, .sum)
                    }
                    try trial.expect(try await trial.failure(of: future), is: Fault(reason: "rank \(guilty)"))
                    let sum = await trial.executor.submit(10, ranks: ranks) { start, communicator in
                        try communicator.allReduce(start + communicator.rank, .sum)
                    }
                    try trial.expect(try await sum.value, is: 10 * ranks + ranks * (ranks - 1) / 2)
                }
            },
            Check(
                "large_payload", "More than 2 GB, as input and as output.",
                because: "shown by MPIFuturesTests on a machine with the memory for it (PoolProgram large)"),
            Check("medium_payload", "32 MB there and back.") { trial in
                let numbers = (0..<(4 << 20)).map { Double($0) }
                let back = try await trial.executor.submit(numbers) { $0.map { -$0 } }.value
                try trial.expect(
                    back.count == numbers.count && back[1000] == -1000 && back[4_000_000] == -4_000_000, "other numbers"
                )
            },
            Check(
                "callable_count", "As many functions as ranks.",
                because: "a collective task has one closure, which all ranks run"),
            Check(
                "task_deadline", "A task that is over its deadline fails in time; the next one runs."
            ) { trial in
                let start = ContinuousClock.now
                let future = await trial.executor.submit(
                    Nap(seconds: 600), options: TaskOptions(name: "late", deadline: .milliseconds(300)))
                let error = try await trial.failure(of: future)
                try trial.expect(error, is: .deadlineExceeded)
                try trial.expect("\(error)".contains("late"), "\(error) does not name the task")
                try trial.expect(ContinuousClock.now - start < .seconds(5), "it took \(ContinuousClock.now - start)")
                try trial.expect(try await trial.executor.submit(1) { $0 }.value, is: 1)
            },
            Check(
                "cancel_at_once", "Tasks that are cancelled as soon as they are submitted all end.",
                needs: [.cancellation]
            ) { trial in
                for round in 0..<500 {
                    let future = await trial.slow()
                    for _ in 0..<(round % 8) { await Task.yield() }
                    future.cancel()
                    try trial.expectCancellation(try await trial.failure(of: future))
                }
            },
            Check("untold_error", "An error that can't be encoded keeps its text.") { trial in
                let future = await trial.executor.submit { () -> Int in throw Untold(description: "the whole story") }
                let error = try await trial.failure(of: future)
                try trial.expect("\(error)".contains("the whole story"), "\(error) lost it")
            },
            Check("many_tasks", "Many tasks without growth of memory.", limit: .seconds(60)) { trial in
                let count = 20_000
                try trial.expect(try await sum(on: trial.executor, to: count), is: count * (count - 1) / 2)
                let before = Memory.resident
                try trial.expect(try await sum(on: trial.executor, to: count), is: count * (count - 1) / 2)
                try trial.expect(
                    Memory.resident - before < 40 << 20, "\(Memory.resident - before) bytes more after \(count) tasks")
            },
            Check("fairness", "A task of one executor does not wait for the whole queue of another.") { trial in
                try await trial.withExecutor { own in
                    _ = try await own.executor.submit(0) { $0 }.value
                    var futures: [Future<Int>] = []
                    for number in 0..<200 {
                        futures.append(await trial.executor.submit(Nap(seconds: 0.01, value: number)))
                    }
                    let other = await own.executor.submit(Nap(seconds: 0, value: -1))
                    let first = try await [futures[150], other].firstCompleted()
                    try trial.expect(try first.value, is: -1)
                    _ = try await futures.gather().value
                }
            },
            Check("idle", "At rest a worker uses less than a twentieth of a core.", needs: [.processes]) { trial in
                func used() async throws -> [Int: Double] {
                    let naps = try await collect(
                        trial.executor.map(0..<20, chunk: 1) { _ in
                            try await Task.sleep(for: .milliseconds(5))
                            return [Double(getpid()), Memory.processorSeconds]
                        })
                    return Dictionary(naps.map { (Int($0[0]), $0[1]) }) { max($0, $1) }
                }
                let before = try await used()
                try await Task.sleep(for: .seconds(1))
                for (worker, seconds) in try await used() {
                    guard let start = before[worker] else { continue }
                    // The 20 tasks themselves are in it.
                    try trial.expect(seconds - start < 0.1, "process \(worker) used \(seconds - start) s in a second")
                }
            },
            Check(
                "thread_builds", "MPI libraries without threads.",
                because:
                    "one MPI library is at hand; it is asked for FUNNELED only, and MPITests.MPIThreadTests check the thread"
            ),
            Check("two_and_a_third", "A third executor is made while two are at work.") { trial in
                try await trial.withExecutor { own in
                    let naps = [
                        await trial.executor.submit(Nap(seconds: 0.2, value: 1)),
                        await own.executor.submit(Nap(seconds: 0.2, value: 2)),
                    ]
                    try await trial.withExecutor { third in
                        try trial.expect(try await third.executor.submit(3) { $0 }.value, is: 3)
                        try trial.expect(try await naps.gather().value, is: [1, 2])
                    }
                }
            },
        ])

    private static func sum(on executor: any FutureExecutor, to count: Int) async throws -> Int {
        var sum = 0
        for try await output in executor.map(0..<(count - 2000), { $0 }) { sum += output }
        var futures: [Future<Int>] = []
        for number in (count - 2000)..<count { futures.append(await executor.submit(number) { $0 }) }
        for future in futures { sum += try await future.value }
        return sum
    }
}

/// What this process uses.
enum Memory {
    /// Resident memory in bytes.
    static var resident: Int {
        let fields = ((try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? "").split(separator: " ")
        return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Processor time in seconds.
    static var processorSeconds: Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
}
