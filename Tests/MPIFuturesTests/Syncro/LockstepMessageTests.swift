// SPDX-License-Identifier: Apache-2.0
// Messages between ranks, to frames and back.

import Futures
import Testing

@testable import MPIFutures

@Suite struct LockstepMessageTests {
    private static let notes = ["a", "a", "“b” (T)", "a"].enumerated().map {
        StepNote(fingerprint: Fingerprint(high: UInt64($0.offset), low: .max), label: $0.element)
    }

    private static let messages: [LockstepMessage] = [
        .notes(.submissions, first: 7, notes), .notes(.questions, first: 0, []),
        .outcome(StepID(lane: .submissions, number: 3), .value(EncodedPayload([1, 2]))),
        .outcome(StepID(lane: .questions, number: .max), .error([])),
        .progress(StepID(lane: .submissions, number: 1), TaskProgress(fraction: 0.5, message: "half")),
        .hold(true), .hold(false), .farewell([5, 6]),
        .failure(LockstepFailure(code: .divergence, message: "why")),
        .gangReport(StepID(lane: .submissions, number: 4), error: nil),
        .gangReport(StepID(lane: .submissions, number: 4), error: [9]),
        .gangAbandon(StepID(lane: .submissions, number: 4), reason: "over"),
    ]

    @Test func comeBackAsTheyWere() throws {
        for message in Self.messages { #expect(try LockstepMessage(message.frame) == message) }
    }

    @Test func cutShortAreErrors() throws {
        for message in Self.messages {
            var frame = message.frame
            switch message {
            case .notes(_, _, let notes) where !notes.isEmpty: frame.body.removeLast()
            case .farewell: frame.body.removeLast()
            default: continue
            }
            #expect(throws: ExecutorError.self) { try LockstepMessage(frame) }
        }
    }

    @Test func othersAreErrors() {
        #expect(throws: ExecutorError.self) { try LockstepMessage(Frame(kind: .hello)) }
        #expect(throws: ExecutorError.self) { try LockstepMessage(Frame(kind: .stepValue, number: 2)) }
    }
}
