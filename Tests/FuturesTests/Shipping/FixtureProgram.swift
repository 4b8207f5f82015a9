// SPDX-License-Identifier: Apache-2.0
// Runs the programs that are built beside the tests.

import Foundation
import Testing

/// A program to be run.
struct FixtureProgram {
    let file: URL

    /// The program of a name that was built with the tests, or the one in `TEST_PROGRAMS`: a release build.
    init(name: String) {
        let directory =
            ProcessInfo.processInfo.environment["TEST_PROGRAMS"].map { URL(filePath: $0) }
            ?? URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        file = directory.appending(path: name)
    }

    /// The program in a file.
    init(file: URL) {
        self.file = file
    }

    /// Runs the program to its end and returns what it printed.
    ///
    /// Input and output are files, so that no pipe can fill up.
    func run(_ arguments: String..., input: String = "") async throws -> String {
        try await withScratchDirectory { scratch in
            let inputFile = scratch.appending(path: "input")
            let outputFile = scratch.appending(path: "output")
            try Data(input.utf8).write(to: inputFile)
            try Data().write(to: outputFile)

            let process = Process()
            process.executableURL = file
            process.arguments = arguments
            process.standardInput = try FileHandle(forReadingFrom: inputFile)
            process.standardOutput = try FileHandle(forWritingTo: outputFile)
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                process.terminationHandler = { _ in continuation.resume() }
                do {
                    try process.run()
                } catch {
                    process.terminationHandler = nil
                    continuation.resume(throwing: error)
                }
            }
            try #require(process.terminationReason == .exit && process.terminationStatus == 0, "\(file.path) failed")
            return String(decoding: try Data(contentsOf: outputFile), as: UTF8.self)
        }
    }
}

/// Makes a directory for the time of a call.
func withScratchDirectory<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
    let scratch = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    return try await body(scratch)
}
