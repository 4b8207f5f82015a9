// SPDX-License-Identifier: Apache-2.0
// How fast it is.

import Foundation
import Futures
import MPIFutures

/// Figures for people; nothing depends on them.
enum Figures {
    /// Measures round trips and throughput.
    static func run(_ pool: MPIExecutor) async throws {
        let clock = ContinuousClock()
        for i in 0..<200 { _ = try await pool.submit(i) { $0 }.value }
        let trips = try await clock.measure { for i in 0..<2000 { _ = try await pool.submit(i) { $0 }.value } }
        Report.note("round trip \(trips / 2000)")
        let rate = try await clock.measure {
            var futures: [Future<Int>] = []
            for i in 0..<20_000 { futures.append(await pool.submit(i) { $0 }) }
            for future in futures { _ = try await future.value }
        }
        Report.note("\(Int(20_000 / (rate / .seconds(1)))) tasks per second")
        let array = Array(repeating: 1.0, count: 4_000_000)
        for _ in 0..<3 {
            let time = try await clock.measure {
                let count = try await pool.submit(array) { $0 }.value.count
                Report.equal(count, array.count, "echo")
            }
            Report.note("echo of 32 MB in \(time)")
        }
    }
}
