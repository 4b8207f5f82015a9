// SPDX-License-Identifier: Apache-2.0
// The steps of one lane, as far as they still matter.

import DequeModule

/// What a rank knows about the steps of one lane: its own, and what the others have said about theirs.
///
/// A step is forgotten when every rank has made it and everybody was told; so memory follows how far the ranks are
/// apart, not how long the program runs.
struct LaneRecord: Sendable {
    /// A step that this rank made.
    struct Own: Sendable {
        var note: StepNote
        /// When it was made.
        var time: Duration
        /// How many ranks its outcome needs.
        var ranks: Int
    }

    /// The steps that this rank made, from number `base`.
    private var steps: Deque<Own> = []
    private var base: UInt64 = 0
    private var running = Fingerprint()
    /// How many of the own steps the others were told about.
    private var sentCount: UInt64 = 0
    /// The label of the last step that was made, also when it is forgotten.
    private(set) var lastLabel = ""
    /// The label of the last step that was forgotten.
    private var forgottenLabel = ""
    /// Notes of steps that this rank has not made, by rank.
    private var ahead: [Deque<StepNote>]
    /// How many steps each rank has said to have made; the own entry is not used.
    var peerCounts: [UInt64]
    /// Steps of this rank without an outcome, and how many ranks they need.
    var open: [UInt64: Int] = [:]
    /// Outcomes of steps that this rank has not made yet.
    var early: [UInt64: StepOutcome] = [:]

    init(size: Int) {
        ahead = Array(repeating: [], count: size)
        peerCounts = Array(repeating: 0, count: size)
    }

    /// How many steps this rank has made.
    var count: UInt64 { base + UInt64(steps.count) }

    /// How many steps were made and not announced.
    var unsentCount: Int { Int(count - sentCount) }

    /// A step that this rank has made and not forgotten.
    func own(_ number: UInt64) -> Own { steps[Int(number - base)] }

    /// The label of the step before a number, as far as it is known.
    func label(before number: UInt64) -> String {
        if number > base && number <= count { return own(number - 1).note.label }
        return forgottenLabel
    }

    /// Adds the next step of this rank.
    mutating func append(_ label: String, _ content: Fingerprint, ranks: Int, now: Duration) -> StepNote {
        running.mix(content.high)
        running.mix(content.low)
        let note = StepNote(fingerprint: running, label: label)
        if ranks > 0 { open[count] = ranks }
        steps.append(Own(note: note, time: now, ranks: ranks))
        lastLabel = label
        return note
    }

    /// The notes that the others have not seen.
    mutating func takeUnsent() -> (first: UInt64, notes: [StepNote]) {
        defer { sentCount = count }
        return (sentCount, (sentCount..<count).map { own($0).note })
    }

    /// Keeps the note of a step that this rank has not made.
    mutating func addAhead(_ note: StepNote, of peer: Int) {
        ahead[peer].append(note)
        peerCounts[peer] += 1
    }

    /// What a rank said about the step that this rank has just made.
    mutating func takeAhead(of peer: Int) -> StepNote? { ahead[peer].popFirst() }

    /// What a rank said about the next step.
    func nextAhead(of peer: Int) -> StepNote? { ahead[peer].first }

    /// The outcome of a step that came before the step; the step is closed where there is one.
    mutating func takeEarly(_ number: UInt64) -> StepOutcome? {
        guard let outcome = early.removeValue(forKey: number) else { return nil }
        open.removeValue(forKey: number)
        return outcome
    }

    /// Forgets the steps that every rank has made and that everybody was told about.
    ///
    /// - Parameter rank: The own rank.
    mutating func trim(_ rank: Int) {
        var floor = peerCounts.count > 1 ? sentCount : count
        for (peer, count) in peerCounts.enumerated() where peer != rank { floor = min(floor, count) }
        while base < floor, let step = steps.popFirst() {
            base += 1
            forgottenLabel = step.note.label
        }
        if peerCounts.count == 1 { sentCount = count }
    }

    /// Forgets what waits, after a failure.
    mutating func forget() {
        open = [:]
        early = [:]
        for peer in ahead.indices { ahead[peer] = [] }
    }
}
