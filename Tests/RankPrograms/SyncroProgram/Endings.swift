// SPDX-License-Identifier: Apache-2.0
// Ways in which programs in lockstep end.

import Foundation
import Futures
import MPIFutures

/// One way to end for each run.
enum Endings {
    /// Ends in the way that has this name.
    static func run(_ name: String, _ pool: MPIExecutor) async throws {
        switch name {
        case "unasked": try await unasked(pool)
        case "early": try await early(pool)
        case "status": try await status(pool)
        case "caught": try await caught(pool)
        case "uncaught": try await uncaught(pool)
        case "stuck": try await stuck(pool)
        case "crash": try await crash(pool)
        default: Report.fail("no ending \(name)")
        }
    }

    /// Only the root asks for the values, which others still compute when their programs are through.
    private static func unasked(_ pool: MPIExecutor) async throws {
        var futures: [Future<Int>] = []
        for i in 0..<8 {
            futures.append(
                await pool.submit(i) { i in
                    try await Task.sleep(for: .milliseconds(100))
                    return i
                })
        }
        guard pool.isRoot else { return }
        for (i, future) in futures.enumerated() { Report.equal(try await future.value, i, "unasked \(i)") }
    }

    /// The root makes a submission more, for which the others are not there.
    private static func early(_ pool: MPIExecutor) async throws {
        Report.equal(try await pool.submit(1) { $0 }.value, 1, "before the end")
        guard pool.isRoot else { return }
        let future = await pool.submit(2) { $0 }
        Report.error(await future.result.error, .divergence, ["ended after 1 submission"], "early")
    }

    /// All end with a status of their own.
    private static func status(_ pool: MPIExecutor) async throws {
        _ = try await pool.submit(1) { $0 }.value
        Report.finish()
        exit(9)
    }

    /// All catch the error and end well.
    private static func caught(_ pool: MPIExecutor) async throws {
        let future = await pool.submit(pool.isRoot ? 1 : 2) { $0 }
        Report.error(await future.result.error, .divergence, [], "caught")
    }

    /// Nobody catches the error.
    private static func uncaught(_ pool: MPIExecutor) async throws {
        _ = try await pool.submit(pool.isRoot ? 1 : 2) { $0 }.value
    }

    /// The last rank goes on with something of its own.
    private static func stuck(_ pool: MPIExecutor) async throws {
        let future = await pool.submit(pool.isRoot ? 1 : 2) { $0 }
        Report.error(await future.result.error, .divergence, [], "stuck")
        if !pool.isRoot { try await Task.sleep(for: .seconds(100)) }
    }

    /// The last rank crashes in a task that all wait for.
    private static func crash(_ pool: MPIExecutor) async throws {
        let last = pool.workers - 1
        for i in 0..<pool.workers {
            _ = try await pool.submit([i, last]) { numbers in
                if numbers[0] == numbers[1] { abort() }
                return numbers[0]
            }.value
        }
    }
}
