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
        #expect(run.lines("done").count == ranks, "\(run.output.suffix(2000))")
        #expect(run.status == 0, "\(run.output.suffix(2000))")
        // A suite that silently did nothing would have no failures either.
        #expect(run.lines("ok").count > 6000 * ranks)
    }

    @Test("One rank can end the job") func abort() async throws {
        let run = try await RankProgram.run(ranks: 3, "abort")
        #expect(run.status == 7, "\(run.output.suffix(2000))")
        #expect(run.lines("FAILED").isEmpty && run.lines("done").isEmpty)
    }

    @Test("A process can exit while MPI_Init waits for a rank that never comes")
    func exitDuringInit() async throws {
        let run = try await RankProgram.run(ranks: 2, "exit-during-init")
        #expect(run.lines.contains { $0.hasSuffix("left while MPI_Init waited") }, "\(run.lines) \(run.output)")
        #expect(run.lines("FAILED").isEmpty)
    }
}
