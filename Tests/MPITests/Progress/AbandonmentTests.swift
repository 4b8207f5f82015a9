// SPDX-License-Identifier: Apache-2.0
// The flag that ends a gang.

import Testing

@testable import MPI

@Suite(.timeLimit(.minutes(1)))
struct AbandonmentTests {
    @Test func firstReasonStands() {
        let abandonment = Abandonment()
        #expect(!abandonment.isRaised)
        #expect(abandonment.reason == nil)
        abandonment.raise(because: "first")
        abandonment.raise(because: "second")
        #expect(abandonment.isRaised)
        #expect(abandonment.reason == "first")
    }

    @Test func reasonIsThereWhenTheFlagIsSeen() async {
        for _ in 0..<200 {
            let abandonment = Abandonment()
            let reason = Task.detached {
                while !abandonment.isRaised { await Task.yield() }
                return abandonment.reason
            }
            abandonment.raise(because: "now")
            #expect(await reason.value == "now")
        }
    }
}
