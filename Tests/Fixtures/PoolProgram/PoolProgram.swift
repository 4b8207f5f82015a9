// SPDX-License-Identifier: Apache-2.0
// A program that starts a pool and is then done something to.

import Foundation
import Futures
import MPI
import MPIFutures

/// `PoolProgram MODE`: starts a pool of 2 workers, prints "ready" when it is in the state of the mode, and stays there.
@main
struct PoolProgram {
    static func main() async throws {
        let mode = CommandLine.arguments.dropFirst().first ?? "idle"
        if mode == "strategy" { return say(try await describeStrategy()) }
        if mode == "hosts" { return say(try await visitHosts()) }
        // Payloads also travel between the ranks of a job.
        let isJob = mode == "large" && ProcessInfo.processInfo.environment["OMPI_COMM_WORLD_SIZE"] != nil
        let pool = try await MPIExecutor(strategy: isJob ? .automatic : .dynamic, workers: isJob ? nil : 2)
        switch mode {
        case "idle":
            // A collective task ends only when all workers are there.
            _ = try await pool.submit(0, ranks: 2) { _, communicator in try communicator.allReduce(1, .sum) }.value
        case "boot":
            pool.startWorkers()
        case "unused":
            break
        case "busy":
            // Both workers compute and look at nothing else.
            let futures = [await spin(pool), await spin(pool)]
            while futures.contains(where: { $0.state == .pending }) { await Task.yield() }
        case "collective":
            // Both workers wait for a message that never comes.
            let future = await pool.submit(0, ranks: 2) { (_, communicator) -> Int in
                try communicator.receive(Int.self, from: 1 - communicator.rank).value
            }
            while future.state == .pending { await Task.yield() }
        case "exit":
            _ = try await pool.submit(0, ranks: 2) { _, communicator in try communicator.allReduce(1, .sum) }.value
            say("ready")
            _ = readLine()
            exit(0)
        case "shutdown":
            _ = try await pool.submit(0, ranks: 2) { _, communicator in try communicator.allReduce(1, .sum) }.value
            say("ready")
            _ = readLine()
            await pool.shutdown()
            say("down")
            _ = readLine()
            return
        case "reborn":
            say(try await launchAgain())
            return
        case "output":
            try await print(from: pool)
            await pool.shutdown()
            say("down")
            return
        case "large":
            say(try await Payload(CommandLine.arguments.dropFirst(2)).carry(to: pool))
            await pool.shutdown()
            return
        default:
            throw ExecutorError(.invalidArgument, "no mode \(mode)")
        }
        say("ready")
        _ = readLine()
        // Keeps the pool alive up to here.
        Swift.print(pool.workers)
    }

    /// Uses the shared pool twice, however it comes to be, and tells what it is; the error where there is none.
    private static func describeStrategy() async throws -> String {
        do {
            let pool = try await MPIExecutor.shared()
            let value = try await pool.submit(20) { $0 + 1 }.value
            let same = try await MPIExecutor.shared(strategy: pool.strategy) === pool
            await pool.shutdown()
            let again = try await MPIExecutor.shared()
            await again.shutdown()
            return "\(pool.description)\n\(value) \(same ? "same" : "other")"
        } catch let error as ExecutorError {
            return "\(error)"
        }
    }

    /// Uses the workers of several hosts: in a collective task, for something large, and with a loss.
    private static func visitHosts() async throws -> String {
        let pool = try await MPIExecutor.shared()
        let hosts = try await pool.submit(0, ranks: pool.workers) { _, communicator in
            try communicator.gather(encoding: ProcessInfo.processInfo.hostName) ?? []
        }.value
        let sum = try await pool.submit([UInt8](repeating: 1, count: 20_000_000)) { $0.reduce(0) { $0 + Int($1) } }
            .value
        let elsewhere = hosts.first { $0 != ProcessInfo.processInfo.hostName } ?? ""
        let lost = await pool.submit(elsewhere, ranks: pool.workers) { (elsewhere, communicator) -> Int in
            let hosts = try communicator.allGather(encoding: ProcessInfo.processInfo.hostName)
            if communicator.rank == hosts.lastIndex(of: elsewhere) { kill(getpid(), SIGKILL) }
            return try communicator.allReduce(1, .sum)
        }
        guard case .failure(let loss) = await lost.result else { return "no loss" }
        await pool.shutdown()
        return "\(hosts.joined(separator: " "))\n\(sum)\n\(loss)"
    }

    private static func spin(_ pool: MPIExecutor) async -> Future<Int> {
        await pool.submit(0) { start in
            var x = start
            while x >= 0 { x = (x &+ 1) & 0xFFFF }
            return x
        }
    }

    /// Asks for the shared pool with a launcher that fails, and again with a good one.
    private static func launchAgain() async throws -> String {
        setenv("MPIFUTURES_LAUNCHER", "/bin/false", 1)
        let first = try await MPIExecutor.shared(workers: 1)
        let failed = await first.submit(1) { $0 }
        guard case .failure(let error as ExecutorError) = await failed.result else { return "no error" }
        unsetenv("MPIFUTURES_LAUNCHER")
        let second = try await MPIExecutor.shared(workers: 1)
        let value = try await second.submit(2) { $0 }.value
        await second.shutdown()
        return "\(error.code) \(value)"
    }

    /// Has both workers print at the same time, in all the ways that there are.
    private static func print(from pool: MPIExecutor) async throws {
        _ = try await pool.submit(0, ranks: 2) { _, communicator in
            for line in 0..<2000 {
                Swift.print("out \(communicator.rank) \(line) " + String(repeating: "x", count: 60))
            }
            try communicator.barrier()
            return 0
        }.value
        try await pool.submit(0) { (_: Int) in
            FileHandle.standardError.write(Data("to errors\n".utf8))
            Swift.print("Zwölf Boxkämpfer\n")
            Swift.print(String(repeating: "y", count: 200_000))
            let child = Process()
            child.executableURL = URL(fileURLWithPath: "/bin/echo")
            child.arguments = ["a line of a child process"]
            try child.run()
            child.waitUntilExit()
            Swift.print("unfinished", terminator: "")
        }.value
    }

    private static func say(_ word: String) {
        Swift.print(word)
        fflush(nil)
    }
}
