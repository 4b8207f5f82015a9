// SPDX-License-Identifier: Apache-2.0
// Closures of top-level code are recognised by their file and by their symbol.

import Testing

@testable import Futures

@Suite(.timeLimit(.minutes(1))) struct TopLevelCodeTests {
    @Test func programOfTopLevelCodeIsRefusedWithTheWayOut() async throws {
        let output = try await FixtureProgram(name: "TopLevelProgram").run()
        let lines = output.split(separator: "\n")
        #expect(lines.count == 3)
        for (line, label) in zip(lines, ["direct", "forwarded", "in a loop"]) {
            #expect(line.hasPrefix("\(label): closureNotShippable: The closure is written in top-level code"))
            #expect(line.contains("@main"))
        }
    }

    @Test(arguments: ["Program/main.swift", "main.swift"])
    func mainIsAFileOfTopLevelCode(fileID: String) {
        #expect(TopLevelCode.isFile(fileID))
    }

    @Test(arguments: [
        "Program/Program.swift", "Program/domain.swift", "Program/main.swift.swift", "main/Program.swift", "",
    ])
    func otherFilesAreNot(fileID: String) {
        #expect(!TopLevelCode.isFile(fileID))
    }

    // The names in both tests are what `swift demangle` printed for closures compiled for the purpose.

    @Test(arguments: [
        "async function pointer to closure #2 @Sendable (Swift.Int) async -> Swift.Int in Program",
        "async function pointer to closure #1 @Sendable (Swift.Int) async -> Swift.Int in closure #5 () -> Swift.Int in Program",
        "async function pointer to closure #1 @Sendable (Swift.Int) async -> Swift.Int in $defer #7 () -> () in Program",
    ])
    func moduleIsTheContextOfTopLevelCode(name: String) {
        #expect(TopLevelCode.isContext(ofFunctionNamed: name))
    }

    @Test(arguments: [
        "async function pointer to closure #1 @Sendable (Swift.Int) async -> Swift.Int in Program.S.m() -> ()",
        "async function pointer to closure #1 (Swift.Int) async -> Swift.Int in variable initialization expression of static P.S.z : ()",
        "async function pointer to closure #1 @Sendable (Swift.Int) async -> Swift.Int in Program.comp.getter : Swift.Int",
        "closure #1 () async -> () in Program.(hidden in _B3C45F6E1D2F14A1A05A1D31A57CF0E2)() -> ()",
        "Program.function() async -> ()",
        "",
    ])
    func functionsAreOtherContexts(name: String) {
        #expect(!TopLevelCode.isContext(ofFunctionNamed: name))
    }
}
