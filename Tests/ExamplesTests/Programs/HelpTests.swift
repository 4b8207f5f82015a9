// SPDX-License-Identifier: Apache-2.0
// The help of the examples, as it was agreed on.

import Foundation
import Testing

/// The golden files lie in `Golden`: `env -u COLUMNS .build/debug/GroundState --help > …` writes one anew.
@Suite struct HelpTests {
    @Test("The help is the golden one", .timeLimit(.minutes(1)), arguments: ["GroundState", "ParameterSweep"])
    func help(program: String) async throws {
        let run = try await ExampleProgram.run(program, ["--help"])
        #expect(run.status == 0)
        #expect(run.errors == "")
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Golden/\(program)-help.txt")
        #expect(run.output == String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }
}
