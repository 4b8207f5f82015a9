// SPDX-License-Identifier: Apache-2.0
// Starts the lockstep program under the MPI launcher.

import Foundation
import Testing

/// One run of the lockstep program, and what it printed.
struct SyncroRun {
    /// The launcher's exit status.
    let status: Int32
    /// The lines of all ranks, one rank after the other.
    let lines: [String]
    /// What the launcher and the ranks printed.
    let output: String

    /// Runs the program and waits for its end; ends the launcher when the test is cancelled.
    init(ranks: Int, _ part: String, patience: Int? = nil) async throws {
        // Short, because Open MPI makes sockets in it.
        let directory = URL(filePath: "/tmp/sy-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }  // What stays behind is a temporary file.
        let file = directory.appending(path: "output")
        try Data().write(to: file)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["mpirun"] + (geteuid() == 0 ? ["--allow-run-as-root"] : [])
            // Open MPI's shared memory goes where it is removed even if ranks end without having finalised.
            + ["--oversubscribe", "--bind-to", "none", "--mca", "btl_vader_backing_directory", directory.path]
            + ["-n", "\(ranks)", try Self.executable().path, part, directory.path]
        // A launcher inside the environment of another one would refuse to run.
        var environment = ProcessInfo.processInfo.environment.filter { name, _ in
            !["OMPI_", "PMIX_", "PRTE_"].contains { name.hasPrefix($0) }
        }
        environment["TMPDIR"] = directory.path
        environment["MPIFUTURES_STRATEGY"] = "syncro"
        environment["SWIFT_BACKTRACE"] = "enable=no"
        if let patience { environment["MPIFUTURES_LOCKSTEP_PATIENCE"] = "\(patience)" }
        process.environment = environment
        let handle = try FileHandle(forWritingTo: file)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handle
        process.standardError = handle
        status = try await Self.end(of: process)
        output = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        lines = (0..<ranks).flatMap { rank -> [String] in
            let data = try? Data(contentsOf: directory.appending(path: "rank-\(rank)"))
            return String(decoding: data ?? Data(), as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }

    /// The lines that begin with a word.
    func lines(_ word: String) -> [String] { lines.filter { $0.hasPrefix(word + " ") } }

    /// The program lies beside the test bundle's executable.
    private static func executable() throws -> URL {
        let here = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        return here.appending(path: "SyncroProgram")
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
