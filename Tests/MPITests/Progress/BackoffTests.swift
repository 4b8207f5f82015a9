// SPDX-License-Identifier: Apache-2.0
// The pauses between polls.

import Testing

@testable import MPI

struct BackoffTests {
    @Test func spinsThenYieldsThenSleeps() {
        var backoff = Backoff(isCrowded: false)
        #expect(backoff.pause(elapsed: 0) == .none)
        #expect(backoff.pause(elapsed: 49_999) == .none)
        #expect(backoff.pause(elapsed: 50_000) == .yield)
        #expect(backoff.pause(elapsed: 2_049_999) == .yield)
        var total = 0
        var longest = 0
        for _ in 0..<20 {
            guard case .sleep(let nanoseconds) = backoff.pause(elapsed: 2_050_000 + total) else {
                Issue.record("not a sleep")
                return
            }
            #expect(nanoseconds >= longest)
            longest = nanoseconds
            total += nanoseconds
        }
        #expect(longest == 500_000)
    }

    @Test func crowdedRanksYieldEarly() {
        var backoff = Backoff(isCrowded: true)
        #expect(backoff.pause(elapsed: 1_999) == .none)
        #expect(backoff.pause(elapsed: 2_000) == .yield)
    }

    @Test func largeBlocksAreGivenTime() {
        var backoff = Backoff(byteCount: 1_000_000, isCrowded: false)
        #expect(backoff.pause(elapsed: 4_049_999) == .yield)
        #expect(backoff.pause(elapsed: 4_050_000) == .sleep(nanoseconds: 10_000))
    }

    @Test func sleepsAreShorterThanThePatience() {
        // Or else ranks that wait for one another keep each other asleep.
        #expect(2 * Backoff.longestSleep <= Backoff(isCrowded: true).yielding)
    }
}
