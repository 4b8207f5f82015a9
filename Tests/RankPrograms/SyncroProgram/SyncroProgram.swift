// SPDX-License-Identifier: Apache-2.0
// The program that the tests of the lockstep strategy start under the launcher, once for each number of ranks.

import CWorkerEntry
import Foundation
import Futures
import MPI
import MPIFutures

/// Runs the cases one after the other, or one way to end.
@main
struct SyncroProgram {
    /// Runs what the first argument names; the second is a directory that all ranks share, for their lines.
    static func main() async throws {
        let arguments = CommandLine.arguments
        try Report.open(in: arguments.count > 2 ? arguments[2] : NSTemporaryDirectory())
        Report.equal(CWorkerEntry_hashesDeterministically(), 1, "hashing is deterministic")
        let pool = try await MPIExecutor.shared()
        Report.equal("\(pool.strategy)", "syncro", "strategy")
        switch arguments.count > 1 ? arguments[1] : "cases" {
        case "cases": try await Cases(pool: pool).run()
        case "figures": try await Figures.run(pool)
        case let ending: try await Endings.run(ending, pool)
        }
        Report.finish()
        exit(Report.isClean ? 0 : 1)
    }
}
