// SPDX-License-Identifier: Apache-2.0
// One program, started in different ways.

import Foundation
import Futures
import Testing

@testable import MPIFutures

/// `PoolProgram strategy` uses the shared pool and prints its description, a value and whether it is the same again.
@Suite(.onePoolAtATime, .timeLimit(.minutes(1)))
struct LaunchedProgramTests {
    private static var program: String {
        let here = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        return here.appending(path: "PoolProgram").path
    }

    private static let mpirun = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none"]

    /// Runs the program behind a command, and returns its lines and what stood on standard error.
    private func run(
        _ command: [String], _ environment: [String: String] = [:]
    ) async throws -> (lines: [String], errors: String) {
        try await withTemporaryDirectory { directory in
            let errors = "\(directory)/errors"
            _ = FileManager.default.createFile(atPath: errors, contents: nil)
            let process = Process()
            let output = Pipe()
            process.executableURL = URL(filePath: "/usr/bin/timeout")
            process.arguments = ["--kill-after=10", "40"] + command + [Self.program, "strategy"]
            process.environment = ProcessInfo.processInfo.environment
                .filter { !$0.key.hasPrefix("MPIFUTURES_") }
                .merging(["TMPDIR": directory]) { $1 }
                .merging(environment) { $1 }
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output
            process.standardError = FileHandle(forWritingAtPath: errors)
            let (end, continuation) = AsyncStream<Void>.makeStream()
            process.terminationHandler = { _ in continuation.finish() }
            try process.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            for await _ in end {}
            let lines = text.split(separator: "\n").map(String.init)
            return (lines, try String(contentsOfFile: errors, encoding: .utf8))
        }
    }

    @Test func alone() async throws {
        let (lines, errors) = try await run([], ["MPIFUTURES_WORKERS": "2"])
        #expect(lines.count == 2, "\(errors)")
        #expect(lines.first?.hasPrefix("dynamic: 2 workers on \(WorkerSetup.hostName), started by /") == true)
        #expect(lines.first?.hasSuffix("mpirun (no MPI launcher started this program)") == true)
        #expect(lines.last == "21 same")
        #expect(errors == "")
    }

    @Test func asTheOnlyRank() async throws {
        let (lines, errors) = try await run(Self.mpirun + ["-n", "1"], ["MPIFUTURES_WORKERS": "2"])
        #expect(lines.first?.hasPrefix("dynamic: 2 workers on ") == true, "\(errors)")
        #expect(lines.first?.hasSuffix("mpirun (one rank)") == true)
        #expect(lines.last == "21 same")
    }

    @Test func whereThereIsNoLauncher() async throws {
        let (lines, errors) = try await run([], ["PATH": "/nonexistent", "MPIFUTURES_WORKERS": "2"])
        #expect(lines == ["local: 2 tasks at a time in this process (no MPI launcher was found)", "21 same"])
        #expect(errors.hasPrefix("warning: no MPI launcher was found, so tasks run in this process: install one"))
        #expect(errors.split(separator: "\n").count == 1, "the warning comes once: \(errors)")
    }

    @Test func whereTheLauncherThatIsNamedIsNotThere() async throws {
        let (lines, _) = try await run([], ["MPIFUTURES_LAUNCHER": "/nonexistent/mpirun"])
        #expect(lines.first?.hasPrefix("launcherNotFound: no MPI launcher: `/nonexistent/mpirun`") == true)
    }

    @Test(arguments: [
        ("local", "local: 2 tasks at a time in this process (MPIFUTURES_STRATEGY names it)"),
        ("syncro", "launchMismatch: MPIFUTURES_STRATEGY is syncro, but no MPI launcher started it: start it as "),
        (
            "masterWorker",
            "launchMismatch: MPIFUTURES_STRATEGY is masterWorker, but no MPI launcher started it: start it"
        ),
        ("mpi", "invalidArgument: MPIFUTURES_STRATEGY is \"mpi\": set it to one of automatic, local, dynamic, masterW"),
    ])
    func withAStrategyInTheEnvironment(name: String, start: String) async throws {
        let (lines, _) = try await run([], ["MPIFUTURES_STRATEGY": name, "MPIFUTURES_WORKERS": "2"])
        #expect(lines.first?.hasPrefix(start) == true, "\(lines)")
    }

    @Test func withAMisspeltVariable() async throws {
        let (lines, _) = try await run([], ["MPIFUTURES_WORKER_COUNT": "2"])
        #expect(lines.first?.hasPrefix("invalidArgument: MPIFUTURES_WORKER_COUNT is set, but there is no such") == true)
    }

    @Test func asUnconnectedTasksOfSlurm() async throws {
        let (lines, _) = try await run(
            [], ["SLURM_JOB_ID": "7", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "3", "SLURM_PROCID": "1"])
        #expect(lines.first?.hasPrefix("launchMismatch: srun started 3 tasks that can't find each other") == true)
        #expect(lines.first?.contains("--mpi=pmix") == true)
    }

    @Test func onTheHostsOfAFile() async throws {
        try await withTemporaryDirectory { directory in
            try Data("localhost slots=2\n".utf8).write(to: URL(filePath: "\(directory)/hosts"))
            let (lines, errors) = try await run([], ["MPIFUTURES_HOSTFILE": "\(directory)/hosts"])
            #expect(lines.first?.hasPrefix("dynamic: 2 workers on localhost, started by ") == true, "\(errors)")
            #expect(lines.first?.hasSuffix("(MPIFUTURES_HOSTFILE names \(directory)/hosts)") == true)
            #expect(lines.last == "21 same")
        }
    }
}
