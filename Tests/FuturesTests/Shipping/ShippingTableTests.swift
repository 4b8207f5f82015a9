// SPDX-License-Identifier: Apache-2.0
// The table of what ships and what is refused, judged by another process. It holds in debug and in release builds.

import Foundation
import Testing

@Suite(.timeLimit(.minutes(1))) struct ShippingTableTests {
    /// What one process made of a case, and another process after it.
    struct Row {
        let expectation: String
        let name: String
        let expectedAnswer: String
        let isShipped: Bool
        /// The answer, or the error of the refusal.
        let text: String
    }

    /// Encodes in one process, and decodes and runs in another.
    private func rows(
        _ expectation: String, of program: FixtureProgram = FixtureProgram(name: "ShippingProgram")
    ) async throws -> [Row] {
        let encoded = try await program.run("encode")
        let answered = try await program.run("run", input: encoded)
        let rows = try answered.split(separator: "\n").map { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            try #require(fields.count == 5, "not a row: \(line)")
            return Row(
                expectation: fields[0], name: fields[1], expectedAnswer: fields[2], isShipped: fields[3] == "shipped",
                text: fields[4])
        }
        return rows.filter { $0.expectation == expectation }
    }

    @Test func literalsAndNamedTasksGiveTheirAnswerInAnotherProcess() async throws {
        let rows = try await rows("ships")
        #expect(rows.count == 28)
        for row in rows {
            #expect(row.isShipped, "\(row.name): \(row.text)")
            #expect(row.text == row.expectedAnswer, "\(row.name)")
        }
    }

    @Test func capturesAndHiddenTypesAreRefused() async throws {
        let rows = try await rows("refused")
        #expect(rows.count == 23)
        for row in rows {
            #expect(!row.isShipped, "\(row.name) shipped")
            let code =
                row.name.contains("captures") || row.name.contains("main.swift")
                ? "closureNotShippable" : "typeNotShippable"
            #expect(row.text.hasPrefix("\(code): "), "\(row.name): \(row.text)")
        }
    }

    /// Which of them have a context depends on the optimiser, so both outcomes are right; a wrong answer or a crash isn't.
    @Test func convertedClosuresAreRefusedOrGiveTheRightAnswer() async throws {
        let rows = try await rows("either")
        #expect(rows.count == 22)
        for row in rows {
            if row.isShipped {
                #expect(row.text == row.expectedAnswer, "\(row.name)")
            } else {
                #expect(row.text.hasPrefix("closureNotShippable: "), "\(row.name): \(row.text)")
            }
        }
    }

    /// Without all symbols, without private symbols, without debugging information.
    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: strip), "needs binutils"),
        arguments: ["-s", "-x", "-g"])
    func strippedProgramsShipToo(option: String) async throws {
        try await withScratchDirectory { scratch in
            let stripped = scratch.appending(path: "stripped")
            let original = FixtureProgram(name: "ShippingProgram").file
            _ = try await FixtureProgram(file: URL(filePath: Self.strip))
                .run(option, "-o", stripped.path, original.path)
            for row in try await rows("ships", of: FixtureProgram(file: stripped)) {
                #expect(row.isShipped && row.text == row.expectedAnswer, "\(row.name): \(row.text)")
            }
        }
    }

    private static let strip = "/usr/bin/strip"
}
