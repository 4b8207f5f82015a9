// SPDX-License-Identifier: Apache-2.0
// What the ranks of a lockstep program number, and what they tell each other about it.

import Futures

/// What a program does in step with the others; each kind is numbered on its own.
enum LockstepLane: UInt8, Sendable, CaseIterable {
    /// Tasks that are submitted.
    case submissions
    /// Questions of timing, which rank 0 answers.
    case questions

    /// A step of this kind, in words.
    var noun: String {
        switch self {
        case .submissions: "submission"
        case .questions: "question of timing"
        }
    }
}

/// The name of a step, the same on all ranks.
struct StepID: Sendable, Hashable {
    var lane: LockstepLane
    /// Its number in program order, from 0.
    var number: UInt64
}

/// What a rank says about a step that it made.
struct StepNote: Sendable, Hashable {
    /// The fingerprint of the step and all before it in its lane.
    var fingerprint: Fingerprint
    /// The step in words.
    var label: String
}

/// How a step ended, in the form in which it travels.
enum StepOutcome: Sendable, Equatable {
    /// The encoded output.
    case value(EncodedPayload)
    /// The encoded `ErrorPayload`.
    case error([UInt8])
}

/// What the lockstep machine asks for.
enum LockstepAction: Sendable, Equatable {
    /// Run a submission, here.
    case run(StepID)
    /// End the future of a step.
    case end(StepID, StepOutcome)
    /// Tell all other ranks which steps this one has made, the first one with this number.
    case announce(LockstepLane, first: UInt64, [StepNote])
    /// Tell all other ranks how a step ended.
    case tell(StepID, StepOutcome)
    /// Tell all other ranks that this program has ended, and how many steps it made in each lane.
    case farewell([UInt64])
    /// Tell all other ranks that the job is out of step.
    case tellFailure(LockstepFailure)
    /// End all futures that are open here, and all work.
    case fail(LockstepFailure)
    /// All programs have ended.
    case leave
}
