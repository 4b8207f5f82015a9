// SPDX-License-Identifier: Apache-2.0
// Runs of swift-mpirun.

import Foundation
import Testing

/// A run of the launcher that was built with the tests, in a directory of its own.
final class LauncherRun {
    /// What came of a run.
    struct Outcome: Sendable {
        /// The exit status; the negative number of a signal.
        var status: Int32
        /// What it printed.
        var output: String
        /// What it printed on standard error.
        var errors: String
    }

    /// The directory of the run, the temporary one of its processes.
    let directory: String
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private let errors = Pipe()
    private let end: AsyncStream<Void>
    private var outputText: [UInt8] = []
    private var errorText: [UInt8] = []

    /// Starts the launcher.
    ///
    /// - Parameters:
    ///   - arguments: Its arguments; `%` at the start of one stands for the run's directory.
    ///   - environment: Variables that are set.
    ///   - wrapper: A command in front of it, whose last argument it becomes where `asText`, quoted for a shell.
    init(_ arguments: [String], environment: [String: String] = [:], inTerminal: Bool = false) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "run-\(UUID().uuidString.prefix(8))").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let directory = directory
        let words = arguments.map { $0.hasPrefix("%") ? directory + $0.dropFirst() : $0 }
        let command = ["/usr/bin/timeout", "--foreground", "--kill-after=10", "40", Self.launcher] + words
        if inTerminal {
            let text = command.map { "'" + $0.replacingOccurrences(of: "'", with: "'\\''") + "'" }
            process.executableURL = URL(filePath: "/usr/bin/script")
            process.arguments = ["--quiet", "--return", "--command", text.joined(separator: " "), "/dev/null"]
        } else {
            process.executableURL = URL(filePath: command[0])
            process.arguments = Array(command.dropFirst())
        }
        process.environment = ProcessInfo.processInfo.environment
            .filter { $0.key != "COLUMNS" && !$0.key.hasPrefix("MPIFUTURES_") }
            .merging(["TMPDIR": directory]) { $1 }
            .merging(environment) { $1 }
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        let (end, continuation) = AsyncStream<Void>.makeStream()
        self.end = end
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
    }

    deinit {
        // What stays behind is a temporary directory.
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Runs the launcher to its end.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], input: String = ""
    ) async throws -> Outcome {
        let run = try LauncherRun(arguments, environment: environment)
        run.write(input)
        return try await run.finish()
    }

    /// The launcher itself, as the tests were built.
    static var launcher: String {
        let here = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        return here.appending(path: "swift-mpirun").path
    }

    /// The launcher's process, below `timeout`.
    var launcherProcess: Int32? {
        get throws { try Processes.all().first { $0.parent == process.processIdentifier }?.pid }
    }

    /// Gives the program something to read.
    func write(_ text: String) {
        input.fileHandleForWriting.write(Data(text.utf8))
    }

    /// Reads standard output up to a text; false where it ends before.
    func reads(_ text: String) -> Bool { read(text, output, &outputText) }

    /// Reads standard error up to a text; false where it ends before.
    func readsError(_ text: String) -> Bool { read(text, errors, &errorText) }

    private func read(_ text: String, _ pipe: Pipe, _ kept: inout [UInt8]) -> Bool {
        while !String(decoding: kept, as: UTF8.self).contains(text) {
            let data = pipe.fileHandleForReading.availableData
            if data.isEmpty { return false }
            kept += data
        }
        return true
    }

    /// Waits for the end.
    func finish() async throws -> Outcome {
        try input.fileHandleForWriting.close()
        // Both are read until their ends, one after the other: what tests print fits into a pipe.
        outputText += output.fileHandleForReading.readDataToEndOfFile()
        errorText += errors.fileHandleForReading.readDataToEndOfFile()
        for await _ in end {}
        let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        return Outcome(
            status: status, output: String(decoding: outputText, as: UTF8.self),
            errors: String(decoding: errorText, as: UTF8.self))
    }

    /// The processes that belong to this run and still exist.
    var leftovers: [String] {
        get throws {
            try Processes.all().filter { $0.environment.contains("TMPDIR=\(directory)") }.map(\.command)
        }
    }
}

/// A process of this machine.
struct Processes {
    var pid: Int32
    var parent: Int32
    var command: String
    var environment: String

    /// All processes that run; one that has ended and was not waited for does not.
    static func all() throws -> [Processes] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { name in
            guard let pid = Int32(name), let stat = read("/proc/\(name)/stat"), let end = stat.lastIndex(of: ")") else {
                return nil
            }
            let fields = stat[stat.index(after: end)...].split(separator: " ")
            guard fields.count > 1, fields[0] != "Z", let parent = Int32(fields[1]) else { return nil }
            return Processes(
                pid: pid, parent: parent, command: read("/proc/\(name)/cmdline") ?? "",
                environment: read("/proc/\(name)/environ") ?? "")
        }
    }

    private static func read(_ path: String) -> String? {
        // A process that has just ended has no files.
        (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Waits until a condition holds or the time is over; looks every 20 ms.
func eventually(within limit: Duration, _ condition: () throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + limit
    while try !condition() {
        guard ContinuousClock.now < end else { return false }
        try await Task.sleep(for: .milliseconds(20))
    }
    return true
}
