// SPDX-License-Identifier: Apache-2.0
// Why the ranks of a lockstep program can't go on.

import Futures

/// The error that ends all futures of a job on all of its ranks.
struct LockstepFailure: Error, Sendable, Equatable {
    /// The kind of error.
    var code: ExecutorError.Code
    /// What happened, and what to do about it.
    var message: String

    /// The error as futures throw it.
    var error: ExecutorError { ExecutorError(code, message) }

    /// What makes ranks diverge, most likely first.
    private static let causes =
        "In lockstep (strategy syncro) every rank runs the whole program, and must submit the same tasks with the same "
        + "inputs in the same order. Likely causes: random numbers without a common seed, the time, the process or "
        + "the rank in an input; the order of a Set or Dictionary where hashing is not deterministic "
        + "(SWIFT_DETERMINISTIC_HASHING=1); submissions from concurrent Swift tasks, which have no common order; a "
        + "submit inside `if pool.isRoot` or `onRoot`; a cancelled wait on one rank. Submit from one Swift task, and "
        + "keep what differs between ranks out of the inputs."

    /// Two ranks made different steps.
    static func different(_ step: StepID, _ mine: String, on rank: Int, _ other: String, on otherRank: Int) -> Self {
        let what = step.lane.noun
        let text: String
        if mine == other {
            text =
                "rank \(rank) and rank \(otherRank) both made \(mine), but with different inputs or options"
        } else {
            text = "rank \(rank) made \(mine), and rank \(otherRank) made \(other)"
        }
        return Self(
            code: .divergence, message: "the ranks diverged at \(what) \(step.number): \(text). \(causes)")
    }

    /// A rank's program has ended and made fewer steps than another's.
    static func ended(_ step: StepID, _ label: String, on rank: Int, after last: String, on otherRank: Int) -> Self {
        Self(
            code: .divergence,
            message:
                "the ranks diverged at \(step.lane.noun) \(step.number): rank \(rank) made \(label), and the program of "
                + "rank \(otherRank) ended after \(made(step.number, step.lane, last)). \(causes)")
    }

    /// A rank makes no step that another one waits for.
    static func overdue(
        _ step: StepID, _ label: String, on rank: Int, last: String, on otherRank: Int, _ patience: Duration
    ) -> Self {
        Self(
            code: .divergence,
            message:
                "the ranks diverged, or one is stuck: rank \(rank) made \(step.lane.noun) \(step.number), \(label), "
                + "and has waited \(patience) for rank \(otherRank) to make it too; that rank has made "
                + "\(made(step.number, step.lane, last)). \(causes) A rank that is to work for long on its own belongs in "
                + "`onRoot`; \(PoolEnvironment.lockstepPatience) sets the seconds of patience.")
    }

    /// A rank does not leave a collective task that has failed elsewhere.
    static func stuck(_ label: String, rank: Int, _ patience: Duration) -> Self {
        Self(
            code: .workerLost,
            message: "rank \(rank) has not left the collective task \(label) \(patience) after it had failed; it is "
                + "stuck in a library that the others left, and the job can't go on without it")
    }

    /// A rank said something that makes no sense.
    static func protocolViolation(_ rank: Int, _ what: String) -> Self {
        Self(code: .protocolViolation, message: "rank \(rank) \(what): all ranks must run the same executable")
    }

    private static func made(_ count: UInt64, _ lane: LockstepLane, _ last: String) -> String {
        switch count {
        case 0: "no \(lane.noun)"
        case 1: "1 \(lane.noun), \(last)"
        default: "\(count) \(lane.noun)s, the last one \(last)"
        }
    }
}
