// SPDX-License-Identifier: Apache-2.0
// The suites that need several processes.

import Testing

/// One after the other: each run wants the whole machine.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct RankProgramTests {
    @Test("All operations, groups and abandonments", arguments: 1...4)
    func everything(ranks: Int) async throws {
        let run = try await RankProgram.run(ranks: ranks)
        #expect(run.lines("FAILED").isEmpty)
        #expect(run.lines("done").count == ranks, "\(run.lines.suffix(20).joined(separator: "\n"))")
        #expect(run.status == 0, "\(run.lines.suffix(20).joined(separator: "\n"))")
        // A suite that silently did nothing would have no failures either.
        #expect(run.lines("ok").count > 6000 * ranks)
    }

    @Test("A process can exit while MPI_Init waits for a rank that never comes")
    func exitDuringInit() async throws {
        let run = try await RankProgram.run(ranks: 2, "exit-during-init")
        #expect(run.lines.contains { $0.hasSuffix("left while MPI_Init waited") }, "\(run.lines)")
        #expect(run.lines("FAILED").isEmpty)
    }
}
