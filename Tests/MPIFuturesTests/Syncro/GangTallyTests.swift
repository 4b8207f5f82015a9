// SPDX-License-Identifier: Apache-2.0
// When a collective task has ended.

import Futures
import Testing

@testable import MPIFutures

@Suite struct GangTallyTests {
    private func begun(_ members: [Int] = [0, 1, 2]) -> GangTally {
        var tally = GangTally(rank: 0)
        #expect(tally.begin(4, members: members, label: "gang", now: .zero) == .wait)
        return tally
    }

    @Test func endsWhenAllHaveLeft() {
        var tally = begun()
        #expect(tally.left(4, by: 0, error: nil, output: EncodedPayload([7]), now: .zero) == .wait)
        #expect(tally.left(4, by: 2, error: nil, now: .zero) == .wait)
        #expect(tally.left(4, by: 1, error: nil, now: .zero) == .succeeded(EncodedPayload([7])))
        #expect(tally.isEmpty)
    }

    @Test func endsWithTheFirstError() {
        var tally = begun()
        #expect(tally.left(4, by: 1, error: [1], now: .zero) == .failed([1], toTell: [0, 2]))
        #expect(tally.left(4, by: 0, error: [2], now: .zero) == .wait)
        #expect(tally.left(4, by: 2, error: nil, now: .zero) == .wait)
        #expect(tally.isEmpty)
    }

    @Test func aMemberMayLeaveBeforeTheGangIsKnown() {
        var tally = GangTally(rank: 0)
        #expect(tally.left(4, by: 1, error: [1], now: .zero) == .wait)
        #expect(tally.begin(4, members: [0, 1], label: "gang", now: .zero) == .failed([1], toTell: [0]))
        #expect(tally.left(4, by: 0, error: [2], now: .zero) == .wait)
        #expect(tally.isEmpty)
    }

    @Test func aDeadlineEndsItOnce() {
        var tally = begun()
        #expect(tally.left(4, by: 1, error: nil, now: .zero) == .wait)
        #expect(tally.end(4, now: .seconds(1)) == [0, 2])
        #expect(tally.end(4, now: .seconds(1)) == [])
        #expect(tally.left(4, by: 0, error: [1], now: .seconds(1)) == .wait)
        #expect(tally.left(4, by: 2, error: [1], now: .seconds(1)) == .wait)
        #expect(tally.isEmpty)
    }

    @Test func namesAMemberThatIsStuck() {
        var tally = begun()
        _ = tally.left(4, by: 1, error: [1], now: .seconds(1))
        let look = { (seconds: Int, tally: GangTally) in
            tally.stuck(now: .seconds(seconds), patience: .seconds(5)) { _, member in member != 0 }?.rank
        }
        #expect(look(5, tally) == nil)
        #expect(look(7, tally) == 2)
        _ = tally.left(4, by: 2, error: nil, now: .seconds(7))
        // The remaining one has not begun.
        #expect(look(100, tally) == nil)
    }
}
