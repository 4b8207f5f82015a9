// SPDX-License-Identifier: Apache-2.0
// The suite against the strategies that have processes, in programs of their own.

import ExecutorConformance
import Foundation
import Testing

/// Some of the runs of `Scripts/compliance`, which makes them all.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct StrategyTests {
    @Test func holdsOnAPool() async throws {
        try expectAllHolds(try await run("dynamic", workers: 2, launcher: []))
    }

    @Test(arguments: ["masterWorker", "syncro"], [1, 3])
    func holdsOnRanks(strategy: String, ranks: Int) async throws {
        let launcher = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", "\(ranks)"]
        try expectAllHolds(try await run(strategy, workers: ranks, launcher: launcher))
    }

    private func expectAllHolds(_ lines: [ReportLine]) throws {
        #expect(lines.filter { $0.rank == 0 }.map(\.result.check) == Contract.checks.map(\.id))
        for line in lines where line.result.status == .failed {
            Issue.record("rank \(line.rank) of \(line.workers): \(line.result.line)")
        }
    }

    private func run(_ strategy: String, workers: Int, launcher: [String]) async throws -> [ReportLine] {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("suite-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let here = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["timeout", "--kill-after=5", "150"] + launcher
            + [
                here.appendingPathComponent("ConformanceProgram").path, strategy, "--workers", "\(workers)", "--json",
                "--patience", "2",
            ]
        // As root mpirun must be told that this is meant; launchers that start at the same time need folders of their own.
        process.environment = ProcessInfo.processInfo.environment.merging([
            "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "TMPDIR": directory.path,
            "MPIFUTURES_STRATEGY": strategy,
        ]) { $1 }
        let output = directory.appendingPathComponent("output")
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardInput = FileHandle.nullDevice
        try await withCheckedThrowingContinuation { (end: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in end.resume() }
            do { try process.run() } catch { end.resume(throwing: error) }
        }
        return ReportLine.lines(in: try String(contentsOf: output, encoding: .utf8))
    }
}
