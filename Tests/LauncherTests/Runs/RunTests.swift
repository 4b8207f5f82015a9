// SPDX-License-Identifier: Apache-2.0
// Real jobs: exit statuses, signals, and what is left.

import Foundation
import Testing

/// Each run is a job of Open MPI with shells as programs.
@Suite(.serialized) struct RunTests {
    private static func rank(_ rank: Int, _ command: String, others: String = "sleep 30") -> [String] {
        ["/bin/sh", "-c", "if [ $OMPI_COMM_WORLD_RANK = \(rank) ]; then \(command); fi; \(others)"]
    }

    @Test(.timeLimit(.minutes(1))) func passesArgumentsOn() async throws {
        let run = try await LauncherRun.run(["-n", "2", "--", "/bin/echo", "-n", "9", "--syncro", "a  b\n"])
        #expect(run.status == 0)
        #expect(run.output == "9 --syncro a  b\n9 --syncro a  b\n", "echo understands its own -n")
        #expect(run.errors == "")
    }

    @Test(.timeLimit(.minutes(1))) func setsTheEnvironment() async throws {
        let script = "echo $OMPI_COMM_WORLD_SIZE $MPIFUTURES_STRATEGY $OMP_NUM_THREADS $MPIFUTURES_CONTINUOUS."
        let environment = ["OMP_NUM_THREADS": "8", "OMPI_COMM_WORLD_RANK": "3", "PMIX_RANK": "3"]
        let plain = try await LauncherRun.run(["-n", "1", "--", "/bin/sh", "-c", script], environment: environment)
        #expect(plain.output == "1 masterWorker 1 .\n", "\(plain.errors)")
        let syncro = try await LauncherRun.run(["-n", "1", "--syncro", "--threads", "2", "--", "/bin/sh", "-c", script])
        #expect(syncro.output == "1 syncro 2 .\n")
        let continuous = try await LauncherRun.run(["-n", "1", "--continuous", "--", "/bin/sh", "-c", script])
        #expect(continuous.output == "1 masterWorker 1 1.\n")
    }

    @Test(.timeLimit(.minutes(1)), arguments: [[], ["--continuous"]]) func givesRank0TheInput(options: [String])
        async throws
    {
        let run = try await LauncherRun.run(
            options + ["-n", "2", "--"] + Self.rank(0, "exec cat", others: "exit 0"), input: "a line\nand no end")
        #expect(run.status == 0)
        #expect(run.output == "a line\nand no end")
    }

    /// What a job's ranks do, its status, and what is said about it.
    static let ends: [(options: [String], command: [String], status: Int32, errors: String)] = [
        (["-n", "2"], ["/bin/true"], 0, ""),
        (["-n", "1"], ["/bin/sh", "-c", "exit 3"], 3, ""),
        (["-n", "2"], rank(0, "echo why >&2; exit 3"), 3, "why\n"),
        (["-n", "2"], rank(1, "exit 3"), 3, "swift-mpirun: rank 1 ended with status 3, and the job with it\n"),
        (
            ["-n", "2"], rank(1, "kill -9 $$"), 137,
            "swift-mpirun: a rank was ended by signal 9 (Killed), and the job with it\n"
        ),
        (
            ["-n", "2"], rank(0, "kill -11 $$"), 139,
            "swift-mpirun: a rank was ended by signal 11 (Segmentation fault), and the job with it\n"
        ),
        (["-n", "2", "--continuous"], ["/bin/true"], 0, ""),
        (["-n", "3", "--continuous"], rank(1, "kill -9 $$", others: "sleep 0.5; echo on >&2; exit 5"), 5, "on\non\n"),
        (["-n", "2", "--continuous"], rank(0, "kill -11 $$"), 139, ""),
        (["-n", "2", "--continuous"], rank(0, "exit 4"), 4, ""),
    ]

    @Test(.timeLimit(.minutes(1)), arguments: ends.indices) func endsAsTheProgramDid(index: Int) async throws {
        let (options, command, status, errors) = Self.ends[index]
        let start = ContinuousClock.now
        let run = try LauncherRun(options + ["--"] + command)
        let outcome = try await run.finish()
        #expect(outcome.status == status)
        // Which rank a signal has ended is not always known.
        let said = outcome.errors.replacing(/rank \d was ended/, with: "a rank was ended")
        #expect(said == errors)
        #expect(try run.leftovers == [])
        #expect(ContinuousClock.now - start < .seconds(20), "other ranks were not ended")
    }

    @Test(.timeLimit(.minutes(1)), arguments: [(SIGINT, []), (SIGTERM, []), (SIGHUP, []), (SIGINT, ["--continuous"])])
    func passesSignalsOn(signal: Int32, options: [String]) async throws {
        let run = try LauncherRun(options + ["-n", "2", "--", "/bin/sh", "-c", "echo ready; exec sleep 30"])
        #expect(run.reads("ready\nready"))
        let launcher = try #require(try run.launcherProcess)
        kill(launcher, signal)
        let outcome = try await run.finish()
        #expect(outcome.status == 128 + signal)
        #expect(outcome.errors == "")
        #expect(try await eventually(within: .seconds(5)) { try run.leftovers == [] })
    }

    @Test(.timeLimit(.minutes(1)), arguments: [[], ["--continuous"]])
    func letsProgramsHandleSignals(options: [String]) async throws {
        let script = """
            trap 'echo got it; exit 7' USR1; echo ready; \
            i=0; while [ $i -lt 300 ]; do sleep 0.1 2>/dev/null; i=$((i+1)); done
            """
        let run = try LauncherRun(options + ["-n", "1", "--", "/bin/sh", "-c", script])
        #expect(run.reads("ready"))
        kill(try #require(try run.launcherProcess), SIGUSR1)
        let outcome = try await run.finish()
        #expect(outcome.status == 7)
        #expect(outcome.output.contains("got it"))
    }

    @Test(.timeLimit(.minutes(1))) func obeysCtrlC() async throws {
        let run = try LauncherRun(
            ["-n", "2", "--", "/bin/sh", "-c", "echo ready; exec sleep 30"], inTerminal: true)
        #expect(run.reads("ready\r\nready"))
        run.write("\u{3}")
        let outcome = try await run.finish()
        #expect(outcome.status == 130, "\(outcome)")
        #expect(try await eventually(within: .seconds(5)) { try run.leftovers == [] })
    }

    @Test(.timeLimit(.minutes(1))) func leavesNothingWhenItIsKilled() async throws {
        let run = try LauncherRun(["-n", "2", "--", "/bin/sh", "-c", "echo ready; exec sleep 30"])
        #expect(run.reads("ready\nready"))
        kill(try #require(try run.launcherProcess), SIGKILL)
        #expect(try await run.finish().status == -SIGKILL, "`timeout` ends as what it runs")
        #expect(try await eventually(within: .seconds(10)) { try run.leftovers == [] })
    }

    @Test(.timeLimit(.minutes(1))) func delaysNoPrompt() async throws {
        let run = try LauncherRun([
            "-n", "1", "--", "/bin/sh", "-c", "printf 'name? ' >&2; read name; printf -- '--' >&2; read _; echo $name",
        ])
        #expect(run.readsError("name? "))
        run.write("me\n")
        #expect(run.readsError("name? --"), "it might have become a line of dashes, but nothing follows")
        run.write("\n")
        let outcome = try await run.finish()
        #expect(outcome.output == "me\n")
        #expect(outcome.status == 0)
    }

    @Test(.timeLimit(.minutes(1))) func takesHostfiles() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "hosts-\(UUID().uuidString)").path
        try Data("localhost slots=2\n".utf8).write(to: URL(filePath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        let run = try await LauncherRun.run([
            "-n", "2", "--hostfile", file, "--", "/bin/sh", "-c", "echo $OMPI_COMM_WORLD_SIZE",
        ])
        #expect(run.output == "2\n2\n", "\(run.errors)")
    }

    @Test(.timeLimit(.minutes(1))) func passesTheLaunchersErrorsOn() async throws {
        let run = try await LauncherRun.run(["-n", "3", "--host", "localhost:1", "--", "/bin/true"])
        #expect(run.status != 0)
        #expect(run.errors.contains("not enough slots"))
    }
}
