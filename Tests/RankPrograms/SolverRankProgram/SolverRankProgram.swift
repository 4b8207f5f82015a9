// SPDX-License-Identifier: Apache-2.0
// Runs the solvers' checks on real ranks; started under mpirun by SolversTests.

import MPI

/// Prints one line per check on rank 0 (`ok name`), and on any rank where one fails (`FAILED name: why`).
@main
struct SolverRankProgram {
    /// Runs all checks; by hand also `time sites count checked` and `random trials seed largest`.
    static func main() async throws {
        let task = Task(executorPreference: MPIThread.shared) {
            try MPIThread.shared.runInitialize()
            let checks = Checks(world: try Communicator.world())
            let numbers = CommandLine.arguments.dropFirst(2).map { Int($0) ?? 0 }
            switch CommandLine.arguments.dropFirst().first {
            case "time": try checks.time(numbers)
            case "random":
                checks.randomSpectra(trials: numbers[0], seed: UInt64(numbers[1]), largest: numbers[2])
            default:
                checks.runAll()
                await checks.runAsynchronous()
                if checks.world.rank == 0 { print("done") }
            }
            try MPIThread.shared.finalize()
        }
        try await task.value
    }
}
