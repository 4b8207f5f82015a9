// SPDX-License-Identifier: Apache-2.0
// Programs of this package that tests start.

import Foundation
import Testing

/// A program beside the test bundle, with pipes to talk to it.
final class RunningProgram {
    let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    /// Starts a program.
    ///
    /// - Parameter errorsTo: A file for its standard error; that of the tests where `nil`.
    init(
        _ name: String, _ arguments: [String] = [], environment: [String: String] = [:], errorsTo file: String? = nil
    ) throws {
        let here = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        process.executableURL = here.appendingPathComponent(name)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = input
        process.standardOutput = output
        if let file {
            _ = FileManager.default.createFile(atPath: file, contents: nil)
            process.standardError = FileHandle(forWritingAtPath: file)
        }
        try process.run()
    }

    var pid: Int32 { process.processIdentifier }

    /// The next line of the program's standard output; `nil` at its end.
    func readLine() -> String? {
        var line: [UInt8] = []
        while let byte = output.fileHandleForReading.readData(ofLength: 1).first {
            if byte == 10 { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
    }

    /// Lets the program go on from where it reads a line.
    func proceed() {
        input.fileHandleForWriting.write(Data("\n".utf8))
    }
}

/// Waits until a condition holds or the time is over; looks every 10 ms.
func eventually(within limit: Duration, _ condition: () -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + limit
    while !condition() {
        guard ContinuousClock.now < end else { return false }
        try await Task.sleep(for: .milliseconds(10))
    }
    return true
}
