// SPDX-License-Identifier: Apache-2.0
// The program that the MPI tests start under the launcher, once for each number of ranks.

import Foundation
import MPI

/// Runs one of several suites on every rank and writes one line for each check.
@main
struct MPIRankProgram {
    /// Runs the suite that the first argument names; the second is a directory that all ranks share, for their lines.
    static func main() async throws {
        let arguments = CommandLine.arguments
        let suite = arguments.count > 1 ? arguments[1] : "suite"
        let directory = arguments.count > 2 ? arguments[2] : NSTemporaryDirectory()
        if arguments.count > 2 { try Checks.open(in: directory) }
        switch suite {
        case "abort": await start { try abort($0) }
        case "exit-during-init": await exitDuringInit()
        case "benchmark": await start { try Benchmark.run(on: $0) }
        default:
            await start { world in
                try runEverything(on: world)
                try await ExecutorSuite.run(on: world)
                try await AbandonmentSuite(world: world, directory: directory).run()
            }
        }
    }

    /// Starts MPI on its thread, runs a body there as a collective task would run, ends MPI, and exits.
    private static func start(_ body: @escaping @Sendable (Communicator) async throws -> Void) async {
        let task = Task(executorPreference: MPIThread.shared) {
            try MPIThread.shared.runInitialize()
            try await body(Communicator.world())
            try MPIThread.shared.finalize()
        }
        do {
            try await task.value
            Checks.expect(await wrongThreadIsRefused(), "after the end every operation is refused")
            Checks.finish()
        } catch {
            Checks.fail("the suite ended early: \(error)")
            _exit(1)
        }
    }

    private static func runEverything(on world: Communicator) throws {
        try ThreadSuite.run(on: world)
        for blockByteCount in [Communicator.defaultBlockByteCount, 24, 7] {
            // The group's block size is that of all its operations: small ones cut every message into many blocks.
            let communicator = try Communicator.group(
                of: Array(0..<world.size), tag: blockByteCount, blockByteCount: blockByteCount)
            let label = "block \(blockByteCount)"
            try TransferSuite.run(on: communicator, label)
            try ReductionSuite.run(on: communicator, label)
            try MessageSuite.run(on: communicator, label)
            try CodableSuite.run(on: communicator, label)
            Checks.expect(try communicator.close() == 0, "\(label): all messages were received")
            Checks.expect(!communicator.isValid, "\(label): closed")
        }
        try LargeSuite.run(on: world)
        try CommunicatorSuite.run(on: world)
    }

    private static func wrongThreadIsRefused() async -> Bool {
        let code = await Task(executorPreference: MPIThread.shared) {
            do {
                _ = try Communicator.world()
                return MPIError.Code.internal
            } catch { return (error as? MPIError)?.code ?? .internal }
        }.value
        return code == .closed
    }

    /// The last rank ends the job while the others wait.
    private static func abort(_ world: Communicator) throws {
        try world.barrier()
        if world.rank == world.size - 1 { try MPIThread.shared.abortJob(exitCode: 7) }
        try world.barrier()
        Checks.fail("the barrier ended")
    }

    /// Rank 0 waits in MPI_Init for a rank that never comes, and leaves from another thread.
    private static func exitDuringInit() async {
        // MPI is not there to ask, and that is the point: the launcher's variable tells the ranks apart.
        guard ProcessInfo.processInfo.environment["OMPI_COMM_WORLD_RANK"] == "0" else { _exit(0) }
        let task = Task(executorPreference: MPIThread.shared) { try MPIThread.shared.runInitialize() }
        try? await Task.sleep(for: .milliseconds(700))  // Cannot fail: nobody cancels the main task.
        Checks.expect(MPIRuntime.shared.phase == .uninitialized, "MPI_Init waits for the other rank")
        task.cancel()
        Checks.expect(true, "left while MPI_Init waited")
        Checks.finish()
    }
}
