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
        let pool = try await MPIExecutor(strategy: .dynamic, workers: 2)
        switch mode {
        case "idle":
            // A collective task ends only when all workers are there.
            _ = try await pool.submit(0, ranks: 2) { _, communicator in try communicator.allReduce(1, .sum) }.value
        case "boot":
            pool.bootUp()
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
        default:
            throw ExecutorError(.invalidArgument, "no mode \(mode)")
        }
        say("ready")
        _ = readLine()
        // Keeps the pool alive up to here.
        print(pool.workers)
    }

    private static func spin(_ pool: MPIExecutor) async -> Future<Int> {
        await pool.submit(0) { start in
            var x = start
            while x >= 0 { x = (x &+ 1) & 0xFFFF }
            return x
        }
    }

    private static func say(_ word: String) {
        print(word)
        fflush(nil)
    }
}
