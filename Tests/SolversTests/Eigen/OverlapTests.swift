// SPDX-License-Identifier: Apache-2.0
// Overlapping tasks, gangs and solves; the program's full length is 200 mixtures.

import Foundation
import Testing

/// Peers hang in most of such runs: a rank enters a collective call before the others were told to.
@Suite(.serialized)
struct OverlapTests {
    @Test(.timeLimit(.minutes(3)), arguments: [2, 4])
    func mixturesEndOnRanks(ranks: Int) async throws {
        let run = try await RankProgram.run(
            "OverlapProgram", ["12", "1000"], ranks: ranks, limit: 150,
            environment: ["MPIFUTURES_STRATEGY": "automatic"])
        #expect(run.output.contains("12 mixtures on \(ranks) ranks, masterWorker, 0 failed"), "\(run.output)")
        #expect(run.status == 0)
    }

    @Test(.timeLimit(.minutes(3)))
    func mixturesEndOnAPool() async throws {
        let run = try await RankProgram.run(
            "OverlapProgram", ["12", "2000"], ranks: 0, limit: 150, environment: ["MPIFUTURES_STRATEGY": "automatic"])
        #expect(run.output.contains("12 mixtures on 4 ranks, dynamic, 0 failed"), "\(run.output)")
        #expect(run.status == 0)
    }
}
