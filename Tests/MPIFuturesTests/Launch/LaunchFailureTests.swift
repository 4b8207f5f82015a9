// SPDX-License-Identifier: Apache-2.0
// Pools whose workers do not come.

import Foundation
import Futures
import Testing

@testable import MPIFutures

@Suite(.onePoolAtATime, .timeLimit(.minutes(2)))
struct LaunchFailureTests {
    /// Runs a body with a launcher that is a shell script; `$0.pid` is for the script's own process id.
    private func withLauncher(_ script: String, _ body: (_ launcher: String, _ pidFile: String) async throws -> Void)
        async throws
    {
        try await withTemporaryDirectory { directory in
            try writeScript("echo $$ >> \(directory)/pids\n\(script)", to: "\(directory)/launcher")
            try await body("\(directory)/launcher", "\(directory)/pids")
        }
    }

    private func pids(_ file: String) -> [Int32] {
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { Int32($0) }
    }

    @Test(arguments: [0, -1])
    func refusesAPoolWithoutWorkers(workers: Int) async {
        let error = await #expect(throws: ExecutorError.self) { try await MPIExecutor(workers: workers) }
        #expect(error == ExecutorError(.invalidArgument, "\(workers) workers: a pool has 1 to 65536 workers"))
    }

    @Test func refusesALauncherThatIsNotThere() async {
        let error = await #expect(throws: ExecutorError.self) {
            try await MPIExecutor(workers: 1, launcher: "/nonexistent")
        }
        #expect(error?.code == .launcherNotFound)
        #expect(error?.message.contains("`/nonexistent` is not an executable file") == true)
    }

    @Test func quotesALauncherThatGivesUp() async throws {
        try await withLauncher("echo no slots left; echo ask somebody >&2; exit 3") { launcher, _ in
            let pool = try await MPIExecutor(workers: 2, launcher: launcher)
            let futures = [await pool.submit(1) { $0 }, await pool.submit(2) { $0 }]
            let gang = await pool.submit(1, ranks: 2) { input, _ in input }
            for future in futures + [gang] {
                let error = await #expect(throws: ExecutorError.self) { try await future.value }
                #expect(error?.code == .launchFailed)
                let message = error?.message ?? ""
                #expect(message.contains("\(launcher) ended (exited(3)) before its 2 workers were there"))
                #expect(message.contains("It printed:\nno slots left\nask somebody"))
            }
            let late = await pool.submit(3) { $0 }
            let error = await #expect(throws: ExecutorError.self) { try await late.value }
            #expect(error?.code == .launchFailed)
            await pool.shutdown()
        }
    }

    @Test func saysSoWhereTheLauncherPrintsNothing() async throws {
        let pool = try await MPIExecutor(workers: 1, launcher: "/bin/true")
        let future = await pool.submit(1) { $0 }
        let error = await #expect(throws: ExecutorError.self) { try await future.value }
        #expect(error?.code == .launchFailed)
        #expect(error?.message.hasSuffix("It printed nothing.") == true)
        await pool.shutdown()
    }

    @Test func endsALauncherThatStartsNobody() async throws {
        try await withLauncher("echo waiting for nodes; exec sleep 1000") { launcher, pidFile in
            let pool = try await MPIExecutor(workers: 2, launcher: launcher, bootDeadline: .seconds(1))
            let clock = ContinuousClock()
            let start = clock.now
            let future = await pool.submit(1) { $0 }
            let error = await #expect(throws: ExecutorError.self) { try await future.value }
            #expect(clock.now - start < .seconds(4))
            #expect(error?.code == .bootTimedOut)
            #expect(
                error?.message
                    == "2 of 2 workers (ranks 0, 1) were not there after 1.0 seconds; raise the boot deadline if the machine "
                    + "is slow. Launcher: \(launcher). It printed:\nwaiting for nodes")
            let launchers = pids(pidFile)
            #expect(launchers.count == 1)
            #expect(try await eventually(within: .seconds(2)) { !launchers.contains(where: ProcessTree.runs) })
            await pool.shutdown()
        }
    }

    @Test func shutsDownWhileTheLauncherStartsNobody() async throws {
        try await withLauncher("exec sleep 1000") { launcher, pidFile in
            let pool = try await MPIExecutor(workers: 1, launcher: launcher, bootDeadline: .seconds(2))
            let future = await pool.submit(1) { $0 }
            await pool.shutdown(cancelPending: true)
            await #expect(throws: CancellationError.self) { try await future.value }
            #expect(!pids(pidFile).contains(where: ProcessTree.runs))
        }
    }

    /// One worker of two comes: it serves single tasks, and what needs both fails with the reason.
    @Test func goesOnWithTheWorkersThatCame() async throws {
        try await withLauncher(
            "shift 3; exec mpirun --continuous -n 1 \"$@\""
        ) { launcher, pidFile in
            let pool = try await MPIExecutor(workers: 2, launcher: launcher, bootDeadline: .seconds(3))
            let gang = await pool.submit(1, ranks: 2) { input, _ in input }
            let first = try await pool.submit(1) { _ in getpid() }.value
            let error = await #expect(throws: ExecutorError.self) { try await gang.value }
            #expect(error?.code == .bootTimedOut)
            #expect(error?.message.hasPrefix("1 of 2 workers (ranks 1) were not there after 3.0 seconds") == true)
            let second = try await pool.submit(1) { _ in getpid() }.value
            #expect(second == first)
            #expect(pids(pidFile).count == 1, "no launcher is started in vain")
            await pool.shutdown()
            #expect(!ProcessTree.runs(first))
            #expect(!pids(pidFile).contains(where: ProcessTree.runs))
        }
    }

    @Test func startsALauncherAgainThatStumbledOverAnother() async throws {
        // What Open MPI says when two launchers make their session directory at the same moment.
        let stumble = "if mkdir \"$0.stumbled\"; then echo orte_session_dir failed; exit 1; fi; exec mpirun \"$@\""
        try await withLauncher(stumble) { launcher, _ in
            let pool = try await MPIExecutor(workers: 2, launcher: launcher)
            #expect(try await pool.submit(1) { $0 }.value == 1)
            await pool.shutdown()
        }
    }

    /// Each time one worker of two comes, and is gone with its launcher a moment later.
    @Test func givesALauncherUpThatKeepsFailing() async throws {
        try await withLauncher(
            "shift 3; mpirun --continuous -n 1 \"$@\" & sleep 1; kill $!; wait; echo out of luck; exit 9"
        ) { launcher, pidFile in
            let pool = try await MPIExecutor(workers: 2, launcher: launcher)
            pool.startWorkers()
            var last: ExecutorError?
            let end = ContinuousClock.now + .seconds(30)
            while last?.code != .launchFailed && ContinuousClock.now < end {
                do {
                    _ = try await pool.submit(1) { $0 }.value
                    await Task.yield()
                } catch let error as ExecutorError {
                    last = error
                }
            }
            #expect(last?.code == .launchFailed)
            #expect(last?.message.contains("before its 2 workers were there. It printed:") == true)
            #expect(last?.message.hasSuffix("out of luck") == true)
            let starts = pids(pidFile).count
            #expect(starts <= 4)
            let late = await pool.submit(1) { $0 }
            await #expect(throws: ExecutorError.self) { try await late.value }
            #expect(pids(pidFile).count == starts)
            await pool.shutdown()
        }
    }

    @Test func sendsWorkersAwayThatAreTooMany() async throws {
        try await withLauncher("shift 3; exec mpirun --continuous -n 3 \"$@\"") { launcher, _ in
            let pool = try await MPIExecutor(workers: 2, launcher: launcher)
            #expect(try await pool.submit(1) { $0 }.value == 1)
            var outputs: [Int] = []
            for try await output in pool.map(0..<100, { $0 }) { outputs.append(output) }
            #expect(outputs == Array(0..<100))
            await pool.shutdown()
        }
    }
}
