// SPDX-License-Identifier: Apache-2.0
// What workers print appears on the program's own streams.

import Foundation
import Testing

@Suite(.onePoolAtATime, .timeLimit(.minutes(3)))
struct OutputTests {
    @Test func reachesTheProgramsStreams() async throws {
        try withTemporaryDirectory { directory in
            let program = try RunningProgram("PoolProgram", ["output"], errorsTo: "\(directory)/errors")
            var lines: [String] = []
            while let line = program.readLine() { lines.append(line) }
            program.process.waitUntilExit()
            #expect(program.process.terminationStatus == 0)
            let errors = try String(contentsOfFile: "\(directory)/errors", encoding: .utf8).split(separator: "\n")

            // Whole lines in the order of each worker, also of what is longer than a pipe holds.
            for worker in 0..<2 {
                let mine = lines.filter { $0.hasPrefix("out \(worker) ") }
                #expect(mine == (0..<2000).map { "out \(worker) \($0) " + String(repeating: "x", count: 60) })
            }
            #expect(lines.contains("a line of a child process"))
            #expect(lines.contains("Zwölf Boxkämpfer"))
            #expect(lines.contains(""))
            #expect(
                lines.filter { $0 == "unfinished" }.count == 1, "what has no line feed comes when its worker leaves")
            #expect(lines.contains { $0.count == 200_000 || $0.hasPrefix("yyyy") })
            #expect(lines.filter { $0.hasPrefix("y") }.map(\.count).reduce(0, +) == 200_000)
            #expect(errors.contains { $0 == "[worker 0] to errors" || $0 == "[worker 1] to errors" })
            #expect(lines.last == "down", "the program's shutdown waits for the output")
        }
    }
}
