// SPDX-License-Identifier: Apache-2.0
// SLEPc's eigensolves on real ranks.

import Testing

/// One launch per number of ranks; the checks are in SolverRankProgram.
@Suite(.serialized)
struct SLEPcRankTests {
    @Test("Eigensolves on real ranks", .timeLimit(.minutes(2)), arguments: [1, 2, 3])
    func eigensolves(ranks: Int) async throws {
        let run = try await RankProgram.run("SolverRankProgram", ranks: ranks, limit: 100)
        let lines = run.output.split(separator: "\n").map(String.init)
        #expect(run.status == 0, "\(run.output)")
        #expect(lines.filter { $0.hasPrefix("FAILED") } == [], "\(run.output)")
        // The last line says that no check was left out, the number that they were counted.
        #expect(lines.last == "done", "\(run.output)")
        #expect(lines.filter { $0.hasPrefix("ok ") }.count == 39, "\(run.output)")
    }
}
