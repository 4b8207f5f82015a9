// SPDX-License-Identifier: Apache-2.0
// The program of the README.

import Foundation
import Testing

@Suite struct ReadmeTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test("The README shows the program that is compiled here")
    func shown() throws {
        let readme = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
        let source = try String(
            contentsOf: Self.root.appending(path: "Tests/Fixtures/ReadmeProgram/ReadmeProgram.swift"), encoding: .utf8)
        let program = try #require(source.range(of: "import ")).lowerBound
        #expect(readme.contains("```swift\n\(source[program...])```"))
    }

    @Test("It runs, and prints what the README says", .timeLimit(.minutes(1)))
    func runs() async throws {
        let run = try await ExampleProgram.run("ReadmeProgram", [], environment: ["MPIFUTURES_WORKERS": "2"])
        #expect(run.status == 0, "\(run.errors)")
        let lines = run.output.split(separator: "\n")
        // π(10,000) = 1,229; the ground state of 10 sites by exact diagonalisation.
        #expect(lines.first == "true")
        #expect(lines.contains("1229"))
        #expect(lines.last?.hasPrefix("-4.2580352") == true)
    }
}
