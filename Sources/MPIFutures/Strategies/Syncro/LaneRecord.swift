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
    }

    private let rank: Int
    /// The steps that this rank made, from number `base`.
    private var steps: Deque<Own> = []
    private var base: UInt64 = 0
    private var running = Fingerprint()
    /// How many of the own steps the others were told about.
    private(set) var sentCount: UInt64 = 0
    /// The label of the last step that was made, also when it is forgotten.
    private(set) var lastLabel = ""
    /// The label of the last step that was forgotten.
    private var forgottenLabel = ""
    /// Notes of steps that this rank has not made, by rank.
    private var ahead: [Deque<StepNote>]
    /// How many steps each rank has said to have made; the own entry is not used.
    private(set) var peerCounts: [UInt64]
    /// The smallest of the others' counts; this rank's own where there are no others.
    private var floor: UInt64 = 0
    /// How many steps all ranks have made, in agreement, and whose outcomes may be seen.
    private(set) var agreedCount: UInt64 = 0
    /// Steps of this rank whose futures have not ended.
    private(set) var open: Set<UInt64> = []
    /// Outcomes of steps that not all ranks have made yet.
    private var held: [UInt64: StepOutcome] = [:]

    init(rank: Int, size: Int) {
        self.rank = rank
        ahead = Array(repeating: [], count: size)
        peerCounts = Array(repeating: 0, count: size)
    }

    /// How many steps this rank has made.
    var count: UInt64 { base + UInt64(steps.count) }

    /// How many steps were made and not announced.
    var unsentCount: Int { Int(count - sentCount) }

    /// Whether every rank is known to have made what this one has announced.
    ///
    /// Then the next note is waited for, and leaves at once; otherwise notes gather until the others' have come.
    var isCaughtUp: Bool { floor >= sentCount }

    /// A step that this rank has made and not forgotten.
    func own(_ number: UInt64) -> Own { steps[Int(number - base)] }

    /// The label of the step before a number, as far as it is known.
    func label(before number: UInt64) -> String {
        if number > base && number <= count { return own(number - 1).note.label }
        return forgottenLabel
    }

    /// Whether a step of this rank has no outcome.
    func lacksOutcome(_ number: UInt64) -> Bool { open.contains(number) && held[number] == nil }

    /// Adds the next step of this rank.
    mutating func append(_ label: String, _ content: Fingerprint, isOpen: Bool, now: Duration) -> StepNote {
        running.mix(content.high)
        running.mix(content.low)
        let note = StepNote(fingerprint: running, label: label)
        if isOpen { open.insert(count) }
        steps.append(Own(note: note, time: now))
        lastLabel = label
        return note
    }

    /// The notes that the others have not seen.
    mutating func takeUnsent() -> (first: UInt64, notes: [StepNote]) {
        defer {
            sentCount = count
            trim()
        }
        return (sentCount, (sentCount..<count).map { own($0).note })
    }

    /// Another rank has made its next step, in agreement as far as this rank has made it too.
    mutating func peerMade(_ peer: Int, ahead note: StepNote?) {
        if let note { ahead[peer].append(note) }
        let before = peerCounts[peer]
        peerCounts[peer] += 1
        if before == floor { settle() }
    }

    /// What a rank said about the step that this rank has just made.
    mutating func takeAhead(of peer: Int) -> StepNote? { ahead[peer].popFirst() }

    /// What a rank said about the next step.
    func nextAhead(of peer: Int) -> StepNote? { ahead[peer].first }

    /// Finds out how many steps all have made, and forgets those that nobody needs.
    mutating func settle() {
        floor = peerCounts.enumerated().lazy.filter { [rank] in $0.offset != rank }.map(\.element).min() ?? count
        agreedCount = min(count, floor)
        if peerCounts.count == 1 { sentCount = count }
        trim()
    }

    /// Keeps an outcome, or hands it back where all ranks have made its step.
    mutating func keep(_ outcome: StepOutcome, of number: UInt64) -> StepOutcome? {
        if number < agreedCount { return open.remove(number) == nil ? nil : outcome }
        held[number] = outcome
        return nil
    }

    /// The outcomes that were kept for steps which all ranks have made now, in order.
    mutating func takeAgreed(from first: UInt64) -> [(number: UInt64, outcome: StepOutcome)] {
        guard !held.isEmpty, first < agreedCount else { return [] }
        return (first..<agreedCount).compactMap { number in
            guard let outcome = held.removeValue(forKey: number), open.remove(number) != nil else { return nil }
            return (number, outcome)
        }
    }

    /// Forgets what waits, after a failure.
    mutating func forget() {
        open = []
        held = [:]
        for peer in ahead.indices { ahead[peer] = [] }
    }

    private mutating func trim() {
        let end = min(floor, sentCount)
        while base < end, let step = steps.popFirst() {
            base += 1
            forgottenLabel = step.note.label
        }
    }
}
