// SPDX-License-Identifier: Apache-2.0
// A program for the ranks of an MPI job, to which something is done.

import Foundation
import Futures
import MPI
import MPIFutures

/// `mpirun -n RANKS JobProgram SCENARIO`: rank 0 plays a scenario and prints what it saw.
@main
struct JobProgram {
    static func main() async throws {
        let scenario = CommandLine.arguments.dropFirst().first ?? "unused"
        switch scenario {
        case "unused": say("main \(getpid())")
        case "exit": try await exitWithStatus()
        case "trap": try await trap()
        case "throw": throw ExecutorError(.invalidArgument, "thrown by main")
        case "crash": try await crash(gang: false)
        case "gangcrash": try await crash(gang: true)
        case "executors": try await executors()
        case "gangs": try await gangs()
        case "busy": try await busy()
        case "cancel": try await cancel()
        case "wait": try await wait()
        case "large": try await large()
        case "workers": try await askForWorkers()
        default: throw ExecutorError(.invalidArgument, "no scenario \(scenario)")
        }
    }

    /// Prints a line at once.
    private static func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }

    private static func exitWithStatus() async throws {
        let pool = try await MPIExecutor()
        say("\(try await pool.submit(20) { $0 + 1 }.value)")
        // Something runs and something waits: both end with the program.
        for _ in 0..<8 { _ = await pool.submit(0) { _ in try await Task.sleep(for: .seconds(100)) } }
        exit(3)
    }

    private static func trap() async throws {
        let pool = try await MPIExecutor()
        say("\(try await pool.submit(20) { $0 + 1 }.value)")
        fatalError("trapped on purpose")
    }

    /// A worker dies in one task; others wait, and what is submitted afterwards is told.
    private static func crash(gang: Bool) async throws {
        let pool = try await MPIExecutor()
        try await pool.bootUp()
        let lost =
            gang
            ? await pool.submit(0, ranks: pool.largestGang) { (_, communicator) -> Int in
                if communicator.rank == communicator.size - 1 { raise(SIGSEGV) }
                return try communicator.allReduce(1, .sum)
            } : await pool.submit(0) { (_) -> Int in Int(raise(SIGKILL)) }
        let healthy = await pool.submit(1) { $0 + 1 }
        await tell("lost", lost)
        await tell("healthy", healthy)
        await tell("later", await pool.submit(2) { $0 + 1 })
        let all = await pool.submit(0, ranks: pool.largestGang) { _, communicator in communicator.size }
        if case .failure(let error) = await all.result { say("gang: \(error)") }
        let rest = await pool.submit(0, ranks: 2) { _, communicator in try communicator.allReduce(1, .sum) }
        if case .success(let size) = await rest.result { say("gang of \(size)") }
    }

    private static func tell(_ name: String, _ future: Future<Int>) async {
        switch await future.result {
        case .success(let value): say("\(name): value \(value)")
        case .failure(let error): say("\(name): \(error)")
        }
    }

    /// Several executors share the ranks: each has its own numbers, seed and end.
    private static func executors() async throws {
        var pools: [MPIExecutor] = []
        for seed in 0..<4 { pools.append(try await MPIExecutor(seed: UInt64(seed))) }
        var futures: [Future<Int>] = []
        for round in 0..<50 {
            for (index, pool) in pools.enumerated() {
                futures.append(await pool.submit(1000 * index + round) { $0 })
                if round % 10 == 0 {
                    futures.append(
                        await pool.submit(1000 * index + round, ranks: 1 + round % pool.largestGang) {
                            try $1.allReduce($0, .max)
                        })
                }
            }
        }
        await pools[0].shutdown()
        let refused = await pools[0].submit(0) { $0 }
        if case .failure(let error as ExecutorError) = await refused.result { say("refused: \(error.code)") }
        var sum = 0
        for future in futures.reversed() { sum += try await future.value }
        say("sum \(sum)")
        let random = await pools[1].submit { () -> UInt64 in
            var stream = TaskContext.current?.random
            return stream?.next() ?? 0
        }
        let local = LocalExecutor(seed: 1)
        // As many submissions as the other has had, for the same number.
        for _ in 0..<55 { _ = await local.submit(0) { $0 } }
        let same = await local.submit { () -> UInt64 in
            var stream = TaskContext.current?.random
            return stream?.next() ?? 0
        }
        say("random \(try await random.value == same.value)")
    }

    /// A gang of every size, one after the other and at the same time.
    private static func gangs() async throws {
        let pool = try await MPIExecutor()
        var futures: [Future<Int>] = []
        for round in 0..<40 {
            let ranks = 1 + round % pool.largestGang
            futures.append(await pool.submit(round, ranks: ranks) { try $1.allReduce($0, .sum) })
        }
        for (round, future) in futures.enumerated() {
            let value = try await future.value
            guard value == round * (1 + round % pool.largestGang) else { return say("wrong in round \(round)") }
        }
        let tooLarge = await pool.submit(0, ranks: pool.largestGang + 1) { _, communicator in communicator.size }
        if case .failure(let error) = await tooLarge.result { say("\(error)") }
        say("\(pool.description)")
        say("gangs of up to \(pool.largestGang)")
    }

    /// Rank 0 hands out tasks while it computes in a gang itself.
    private static func busy() async throws {
        let pool = try await MPIExecutor()
        try await pool.bootUp()
        let gang = await pool.submit(0, ranks: pool.largestGang - 1) { (_, communicator) -> Int in
            // No MPI call for a while: nothing of the transport's may depend on this thread.
            let end = ContinuousClock.now + .milliseconds(700)
            while ContinuousClock.now < end {}
            return communicator.size
        }
        while gang.state == .pending { await Task.yield() }
        var count = 0
        while gang.state == .running {
            count += try await pool.submit(1) { $0 }.value
        }
        say("gang of \(try await gang.value), \(count > 10 ? "many" : "\(count)") tasks meanwhile")
    }

    /// Cancels a collective task in which every rank waits.
    private static func cancel() async throws {
        let pool = try await MPIExecutor()
        let gang = await pool.submit(0, ranks: pool.largestGang) { (_, communicator) -> Int in
            try communicator.barrier()
            TaskContext.current?.report(progress: 0.5)
            return try communicator.receive(Int.self, from: (communicator.rank + 1) % communicator.size).value
        }
        // A gang that has not come together may cost a worker, which is stuck in MPI when the others don't come.
        for await _ in gang.progress { break }
        gang.cancel()
        if case .failure(let error) = await gang.result { say("\(type(of: error))") }
        let next = await pool.submit(0, ranks: pool.largestGang) { _, communicator in
            try communicator.allReduce(1, .sum)
        }
        say("next \(try await next.value == pool.largestGang)")
    }

    /// Tells its workers' processes and waits for a line.
    private static func wait() async throws {
        let pool = try await MPIExecutor()
        let processes = try await pool.submit(0, ranks: pool.largestGang) { _, communicator in
            try communicator.allGather(getpid())
        }.value
        say(processes.map(String.init).joined(separator: " "))
        _ = readLine()
    }

    /// Asks for another number of workers than there are, and for just as many.
    private static func askForWorkers() async throws {
        do {
            _ = try await MPIExecutor(workers: 7)
            say("accepted")
        } catch {
            say("\(error)")
        }
        let ranks = try await MPIExecutor().workers
        say("\(try await MPIExecutor(workers: ranks).submit(1) { $0 }.value)")
    }

    private static func large() async throws {
        let pool = try await MPIExecutor()
        let array = (0..<4_000_000).map { Double($0) }
        let back = try await pool.submit(array) { $0 }.value
        say("same \(back == array)")
    }
}
