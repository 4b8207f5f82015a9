// SPDX-License-Identifier: Apache-2.0
// Random runs of a whole pool: every task ends once, and no rule is broken on the way.

import Testing

@testable import Futures

@Suite struct SchedulerSimulationTests {
    /// Seeds in one test case; raise it for a longer search.
    static let seedsPerCase: UInt64 = 100

    @Test(arguments: 0..<20 as Range<UInt64>)
    func everyTaskEndsOnce(block: UInt64) {
        for seed in block * Self.seedsPerCase..<(block + 1) * Self.seedsPerCase {
            var simulation = SchedulerSimulation(seed: seed)
            if let failure = simulation.run() {
                Issue.record("seed \(seed): \(failure)")
                return
            }
        }
    }
}
