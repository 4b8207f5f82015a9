// SPDX-License-Identifier: Apache-2.0
// Starts a rank program under mpirun and collects what it prints.

import Foundation

/// A run of a program of this package on real ranks.
struct RankProgram {
    /// Standard output and error.
    let output: String
    /// The launcher's exit status.
    let status: Int32

    /// Runs a program that lies beside the test bundle; `timeout` ends it after a limit.
    ///
    /// - Parameter ranks: How many; 0 starts it without the launcher.
    static func run(
        _ name: String, _ arguments: [String] = [], ranks: Int, limit: Int, environment added: [String: String] = [:]
    ) async throws -> RankProgram {
        let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let program = URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent(name)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let launcher = [
            "mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n", "\(ranks)",
        ]
        process.arguments = ["timeout", "\(limit)"] + (ranks > 0 ? launcher : []) + [program.path] + arguments
        var environment = ProcessInfo.processInfo.environment
        for variable in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"] { environment[variable] = "1" }
        // Every rank runs the program, which knows nothing of executors.
        environment["MPIFUTURES_STRATEGY"] = "local"
        environment.merge(added) { $1 }
        // Launchers that start at the same moment stumble over each other in a common directory.
        let short = UUID().uuidString.prefix(8).lowercased()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(short)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        environment["TMPDIR"] = folder.path
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        // A file, not a pipe: nobody has to read while the program runs.
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(name)-\(UUID().uuidString)")
        guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
            throw CocoaError(.fileWriteUnknown)
        }
        defer { try? FileManager.default.removeItem(at: file) }
        let handle = try FileHandle(forWritingTo: file)
        process.standardOutput = handle
        process.standardError = handle
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in ended.resume() }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        let output = try String(contentsOf: file, encoding: .utf8)
        return RankProgram(output: output, status: process.terminationStatus)
    }
}
