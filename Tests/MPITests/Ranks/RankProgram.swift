// SPDX-License-Identifier: Apache-2.0
// Starts the rank program under the MPI launcher.

import Foundation
import Testing

/// One run of the rank program, and what it printed.
struct RankProgram {
    /// The launcher's exit status.
    let status: Int32
    /// The lines of all ranks, one rank after the other.
    let lines: [String]
    /// What the launcher printed, for people to read.
    let output: String

    /// Runs the program and waits for its end; ends the launcher when the test is cancelled.
    static func run(ranks: Int, _ suite: String = "suite") async throws -> RankProgram {
        let directory = URL(filePath: "/dev/shm").appending(path: "mpi-ranks-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }  // What stays behind is a temporary file.
        let output = directory.appending(path: "output")
        try Data().write(to: output)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["mpirun"] + (geteuid() == 0 ? ["--allow-run-as-root"] : [])
            // Open MPI's shared memory goes where it is removed even if ranks end without having finalised.
            + ["--oversubscribe", "--bind-to", "none", "--mca", "btl_vader_backing_directory", directory.path]
            + ["-n", "\(ranks)", try executable().path, suite, directory.path]
        // A launcher inside the environment of another one would refuse to run.
        process.environment = ProcessInfo.processInfo.environment.filter { name, _ in
            !["OMPI_", "PMIX_", "PRTE_"].contains { name.hasPrefix($0) }
        }
        let handle = try FileHandle(forWritingTo: output)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handle
        process.standardError = handle
        let status = try await end(of: process)
        let lines = try (0..<ranks).flatMap { rank -> [String] in
            let file = directory.appending(path: "rank-\(rank)")
            guard FileManager.default.fileExists(atPath: file.path) else { return [] }
            return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
        }
        return RankProgram(status: status, lines: lines, output: try String(contentsOf: output, encoding: .utf8))
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
