// SPDX-License-Identifier: Apache-2.0
// Runs the solvers' checks on real ranks; started under mpirun by SolversTests.

import CSolverRankProgram
import SLEPc
import Solvers

/// Prints one line per check on rank 0 (`ok name`), and on any rank where one fails (`FAILED name: why`).
@main
struct SolverRankProgram {
    static func main() async throws {
        guard CSolverRankProgram_start() == 0 else { throw CheckFailure("MPI does not start") }
        let world = try Gang(CSolverRankProgram_world())
        let checks = Checks(gang: world)
        if CommandLine.arguments.dropFirst().first == "time" {
            try checks.time(CommandLine.arguments.dropFirst(2).map { Int($0) ?? 0 })
        } else {
            checks.runAll()
            await checks.runAsynchronous()
            if world.rank == 0 { print("done") }
        }
        guard CSolverRankProgram_finish() == 0 else { throw CheckFailure("MPI does not end") }
    }
}
