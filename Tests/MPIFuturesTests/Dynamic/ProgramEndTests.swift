// SPDX-License-Identifier: Apache-2.0
// However a program ends, nothing of its pool is left.

import Foundation
import Testing

@Suite(.onePoolAtATime, .serialized, .timeLimit(.minutes(3)))
struct ProgramEndTests {
    @Test(
        arguments: ["idle", "boot", "busy", "collective", "unused"],
        [SIGKILL, SIGINT])
    func leavesNothingBehindWhenKilled(mode: String, signal: Int32) async throws {
        let program = try RunningProgram("PoolProgram", [mode])
        #expect(program.readLine() == "ready")
        if mode == "boot" {
            // A program that dies before it has started its launcher leaves its socket to the next pool's sweep.
            #expect(try await eventually(within: .seconds(10)) { !ProcessTree.descendants(of: program.pid).isEmpty })
        }
        let processes = ProcessTree.descendants(of: program.pid)
        let memory = processes.flatMap(ProcessTree.sharedMemory)
        if mode != "boot" && mode != "unused" { #expect(processes.count >= 5, "a launcher, 2 guardians and 2 workers") }
        kill(program.pid, signal)
        program.process.waitUntilExit()
        let gone = try await eventually(within: .seconds(2)) {
            !processes.contains(where: ProcessTree.runs) && Self.leftovers(of: program.pid, memory).isEmpty
        }
        #expect(gone, "\(processes.filter(ProcessTree.runs)) \(Self.leftovers(of: program.pid, memory))")
    }

    @Test func leavesNothingBehindAfterExit() async throws {
        let program = try RunningProgram("PoolProgram", ["exit"])
        #expect(program.readLine() == "ready")
        let processes = ProcessTree.descendants(of: program.pid)
        let memory = processes.flatMap(ProcessTree.sharedMemory)
        program.proceed()
        program.process.waitUntilExit()
        #expect(program.process.terminationStatus == 0)
        let gone = try await eventually(within: .seconds(2)) {
            !processes.contains(where: ProcessTree.runs) && Self.leftovers(of: program.pid, memory).isEmpty
        }
        #expect(gone, "\(processes.filter(ProcessTree.runs)) \(Self.leftovers(of: program.pid, memory))")
    }

    @Test func leavesNothingBehindAfterShutdown() async throws {
        let program = try RunningProgram("PoolProgram", ["shutdown"])
        #expect(program.readLine() == "ready")
        let processes = ProcessTree.descendants(of: program.pid)
        let memory = processes.flatMap(ProcessTree.sharedMemory)
        program.proceed()
        #expect(program.readLine() == "down")
        #expect(processes.filter(ProcessTree.runs).isEmpty)
        #expect(Self.leftovers(of: program.pid, memory).isEmpty)
        program.proceed()
        program.process.waitUntilExit()
    }

    /// What is left of the program's sockets and of its workers' shared memory.
    private static func leftovers(of program: Int32, _ memory: [String]) -> [String] {
        let temporary = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        let sockets = (try? FileManager.default.contentsOfDirectory(atPath: temporary)) ?? []
        return sockets.filter { $0.hasPrefix("mpifutures-\(program)-") }
            + memory.filter { FileManager.default.fileExists(atPath: $0) }
    }
}
