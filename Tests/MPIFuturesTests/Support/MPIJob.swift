// SPDX-License-Identifier: Apache-2.0
// Programs on the ranks of an MPI job.

import Foundation
import Testing

/// What a job printed and how it ended.
struct MPIJob {
    var lines: [String]
    var errors: String
    var status: Int32

    /// Runs a program under `mpirun` to its end.
    ///
    /// - Parameters:
    ///   - programs: Programs of this package with their arguments; several share the job, with a rank each.
    ///   - limit: After this time the job is ended, and the test fails.
    static func run(
        ranks: Int, _ programs: [String]..., environment: [String: String] = [:], launcherOptions: [String] = [],
        limit: Duration = .seconds(50)
    ) async throws -> MPIJob {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("job-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let here = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        var arguments = ["mpirun", "--oversubscribe", "--bind-to", "none"] + launcherOptions
        if geteuid() == 0 { arguments.append("--allow-run-as-root") }
        for (index, program) in programs.enumerated() {
            if index > 0 { arguments.append(":") }
            arguments += ["-n", "\(programs.count == 1 ? ranks : 1)", here.appendingPathComponent(program[0]).path]
            arguments += program.dropFirst()
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        // Session directories of launchers that start at the same time get in each other's way.
        process.environment = ProcessInfo.processInfo.environment
            .merging(["TMPDIR": directory.path, "SWIFT_BACKTRACE": "enable=no"]) { $1 }
            .merging(environment) { $1 }
        let (output, errors) = (directory.appendingPathComponent("out"), directory.appendingPathComponent("err"))
        for file in [output, errors] { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let hasEnded = try await eventually(within: limit) { !process.isRunning }
        if !hasEnded { process.terminate() }
        process.waitUntilExit()
        let (text, complaints) = (
            try String(contentsOf: output, encoding: .utf8), try String(contentsOf: errors, encoding: .utf8)
        )
        try #require(hasEnded, "no end within \(limit): \(text) \(complaints)")
        return MPIJob(
            lines: text.split(separator: "\n").map(String.init), errors: complaints,
            status: process.terminationStatus)
    }
}
