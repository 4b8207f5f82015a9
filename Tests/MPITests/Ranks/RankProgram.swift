// SPDX-License-Identifier: Apache-2.0
// Starts the rank program under the MPI launcher.

import Foundation
import Testing

/// One run of the rank program, and what it printed.
struct RankProgram {
    /// The launcher's exit status.
    let status: Int32
    /// The lines of all ranks, in the order in which they came.
    let lines: [String]

    /// Runs the program and waits for its end; ends the launcher when the test is cancelled.
    static func run(ranks: Int, _ suite: String = "suite") async throws -> RankProgram {
        let directory = FileManager.default.temporaryDirectory.appending(path: "mpi-ranks-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }  // What stays behind is a temporary file.
        let output = directory.appending(path: "output")
        try Data().write(to: output)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["mpirun"] + (geteuid() == 0 ? ["--allow-run-as-root"] : [])
            + ["--oversubscribe", "--bind-to", "none", "-n", "\(ranks)", try executable().path, suite, directory.path]
        // A launcher inside the environment of another one would refuse to run.
        process.environment = ProcessInfo.processInfo.environment.filter { name, _ in
            !["OMPI_", "PMIX_", "PRTE_"].contains { name.hasPrefix($0) }
        }
        let handle = try FileHandle(forWritingTo: output)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handle
        process.standardError = handle
        let status = try await end(of: process)
        let text = try String(contentsOf: output, encoding: .utf8)
        return RankProgram(status: status, lines: text.split(separator: "\n").map(String.init))
    }

    /// The lines that begin with a word.
    func lines(_ word: String) -> [String] {
        lines.filter { $0.hasPrefix(word + " ") }
    }

    /// The program lies beside the test bundle's executable.
    private static func executable() throws -> URL {
        var folder = URL(filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        for _ in 0..<4 {
            folder.deleteLastPathComponent()
            let candidate = folder.appending(path: "MPIRankProgram")
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
        }
        throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: "MPIRankProgram"])
    }

    private static func end(of process: Process) async throws -> Int32 {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
                do {
                    try process.run()
                } catch {
                    process.terminationHandler = nil
                    continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            if process.isRunning { process.terminate() }
        }
    }
}
