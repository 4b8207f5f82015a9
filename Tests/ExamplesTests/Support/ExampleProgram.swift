// SPDX-License-Identifier: Apache-2.0
// Runs the programs of the examples.

import Foundation
import Testing

/// One run of an example, from its start to its end.
struct ExampleProgram {
    /// The exit status; 124 where the run took too long and was ended.
    let status: Int32
    /// What it printed.
    let output: String
    /// What it printed on standard error.
    let errors: String

    /// Runs a program that was built with the tests, or the one of that name in `TEST_PROGRAMS`.
    ///
    /// - Parameters:
    ///   - name: The program's name.
    ///   - arguments: Its arguments.
    ///   - environment: Variables that are set for it.
    ///   - launcher: A command that starts it; a name without a slash is that of a program beside it, or in `PATH`.
    static func run(
        _ name: String, _ arguments: [String], environment: [String: String] = [:], launcher: [String] = []
    ) async throws -> ExampleProgram {
        try await withScratchDirectory { scratch in
            let files = (output: scratch.appending(path: "output"), errors: scratch.appending(path: "errors"))
            for file in [files.output, files.errors] { try Data().write(to: file) }
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/timeout")
            let program = directory.appending(path: name).path
            process.arguments = ["--kill-after=10", "90"] + command(launcher) + [program] + arguments
            // Help is wrapped at the width of the terminal, and the pool reads variables of its own.
            process.environment = ProcessInfo.processInfo.environment
                .filter { $0.key != "COLUMNS" && !$0.key.hasPrefix("MPIFUTURES_") }
                .merging(["TMPDIR": scratch.path]) { $1 }
                .merging(environment) { $1 }
            process.standardInput = FileHandle.nullDevice
            // Files, so that no pipe can fill up.
            process.standardOutput = try FileHandle(forWritingTo: files.output)
            process.standardError = try FileHandle(forWritingTo: files.errors)
            try await end(of: process)
            return ExampleProgram(
                status: process.terminationStatus,
                output: String(decoding: try Data(contentsOf: files.output), as: UTF8.self),
                errors: String(decoding: try Data(contentsOf: files.errors), as: UTF8.self))
        }
    }

    /// What the program printed, as JSON.
    func json<Object: Decodable>(as type: Object.Type) throws -> Object {
        try #require(status == 0, "status \(status): \(errors)")
        return try JSONDecoder().decode(type, from: Data(output.utf8))
    }

    private static var directory: URL {
        if let path = ProcessInfo.processInfo.environment["TEST_PROGRAMS"] { return URL(filePath: path) }
        return URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    }

    /// A launcher of this package is the one that was built with the tests.
    private static func command(_ launcher: [String]) -> [String] {
        guard let name = launcher.first else { return [] }
        let here = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let own = here.appending(path: name).path
        return [FileManager.default.isExecutableFile(atPath: own) ? own : name] + launcher.dropFirst()
    }

    private static func end(of process: Process) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
    }
}

/// Makes a directory for the time of a call.
func withScratchDirectory<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
    let scratch = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }  // What stays behind is a temporary file.
    return try await body(scratch)
}
