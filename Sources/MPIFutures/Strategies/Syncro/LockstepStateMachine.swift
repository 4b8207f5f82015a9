// SPDX-License-Identifier: Apache-2.0
// Which steps the ranks of a lockstep program have made, and whether they agree.

/// Compares what this rank's program does with what the others say, and matches outcomes to steps.
///
/// A pure machine: events in, actions out, no clock and no messages of its own. Each rank has one. Steps are numbered
/// in each lane; the owner of step n is rank n mod size for submissions and rank 0 for questions, and a gang has the
/// ranks that follow its owner. What a rank says arrives in its order, and its note of a step precedes the outcome.
/// A future ends when its outcome is there **and** all ranks have made the step alike, so no rank sees a value that
/// another one would not. A failure is final.
struct LockstepStateMachine: Sendable {
    /// What is known about another rank.
    struct Peer: Sendable {
        /// Its program has ended.
        var hasEnded = false
        /// It has asked for patience.
        var isHeld = false
        /// When it last asked for patience, or took that back.
        var lastHeld = Duration.zero
    }

    /// Notes that leave together at the latest.
    static let batch = 64

    let rank: Int
    let size: Int
    /// How long a step waits for a rank to make it too.
    let patience: Duration
    /// Why the ranks are out of step, where they are.
    private(set) var failure: LockstepFailure?
    /// Whether this rank's program has ended.
    private(set) var hasEnded = false
    /// By lane.
    private var lanes: [LaneRecord]
    /// By rank; the own one is not used.
    private(set) var peers: [Peer]

    /// Makes the machine of a rank.
    init(rank: Int, size: Int, patience: Duration) {
        self.rank = rank
        self.size = size
        self.patience = patience
        lanes = LockstepLane.allCases.map { _ in LaneRecord(rank: rank, size: size) }
        peers = Array(repeating: Peer(), count: size)
    }

    /// The other ranks.
    var others: some Sequence<Int> { (0..<size).lazy.filter { [rank] in $0 != rank } }

    /// The rank whose outcome of a step counts.
    func owner(of step: StepID) -> Int {
        switch step.lane {
        case .submissions: Int(step.number % UInt64(size))
        case .questions: 0
        }
    }

    /// The ranks that run a submission together, in gang order.
    func members(of step: StepID, ranks: Int) -> [Int] {
        let first = owner(of: step)
        return (0..<ranks).map { (first + $0) % size }
    }

    /// Whether a step has no outcome yet.
    func lacksOutcome(_ step: StepID) -> Bool { self[step.lane].lacksOutcome(step.number) }

    /// Whether a rank has said that it made a step.
    func hasMade(_ step: StepID, _ peer: Int) -> Bool {
        step.number < (peer == rank ? self[step.lane].count : self[step.lane].peerCounts[peer])
    }

    private(set) subscript(lane: LockstepLane) -> LaneRecord {
        get { lanes[Int(lane.rawValue)] }
        _modify { yield &lanes[Int(lane.rawValue)] }
    }
}

// MARK: What this rank's program does.

extension LockstepStateMachine {
    /// The program makes its next step of a lane.
    ///
    /// - Parameters:
    ///   - label: The step in words.
    ///   - content: The fingerprint of what must agree between the ranks.
    ///   - ranks: How many ranks run it; 0 for a step that was refused and has no outcome.
    ///   - now: The time since any fixed moment.
    /// - Returns: The step; `nil` after a failure and after the end.
    mutating func made(
        _ lane: LockstepLane, label: String, content: Fingerprint, ranks: Int, now: Duration
    ) -> (step: StepID?, actions: [LockstepAction]) {
        guard failure == nil, !hasEnded else { return (nil, []) }
        let step = StepID(lane: lane, number: self[lane].count)
        let note = self[lane].append(label, content, isOpen: ranks > 0, now: now)
        for peer in others {
            if let other = self[lane].takeAhead(of: peer) {
                guard other != note else { continue }
                return (step, fail(.different(step, label, on: rank, other.label, on: peer)))
            } else if peers[peer].hasEnded {
                return (step, fail(endedEarly(peer, step, label)))
            }
        }
        self[lane].settle()
        var actions: [LockstepAction] = []
        if size > 1, self[lane].isCaughtUp || self[lane].unsentCount >= Self.batch { actions += announce(lane) }
        if lane == .submissions, (rank - owner(of: step) + size) % size < ranks { actions.append(.run(step)) }
        return (step, actions + ends(lane, from: step.number))
    }

    /// A step that this rank owns has ended.
    mutating func finished(_ step: StepID, _ outcome: StepOutcome) -> [LockstepAction] {
        guard failure == nil, lacksOutcome(step) else { return [] }
        // The note of a step leaves before its outcome.
        let news = size > 1 ? announce(step.lane) + [.tell(step, outcome)] : []
        return news + end(step, outcome)
    }

    /// This rank's program has ended; others may still need it.
    mutating func programEnded() -> [LockstepAction] {
        guard !hasEnded else { return [] }
        var actions: [LockstepAction] = []
        if failure == nil, size > 1 {
            actions += LockstepLane.allCases.flatMap { announce($0) }
            if let failure = failureIfAhead { actions += fail(failure, isNews: false) }
        }
        hasEnded = true
        if size > 1 {
            // Somebody who has not heard of a failure would take this farewell for one.
            if let failure { actions.append(.tellFailure(failure)) }
            actions.append(.farewell(lanes.map(\.count)))
        }
        return actions + leaveIfAlone()
    }

    /// Looks whether a step has waited too long for a rank; to be called several times within the patience.
    ///
    /// Notes that have gathered leave first: where one rank is late, those that wait must not seem to be.
    mutating func checkPatience(now: Duration) -> [LockstepAction] {
        guard failure == nil, size > 1 else { return [] }
        let news = LockstepLane.allCases.flatMap { announce($0) }
        for lane in LockstepLane.allCases {
            guard let peer = mostOverdue(lane, now: now) else { continue }
            let count = self[lane].peerCounts[peer]
            return news
                + fail(
                    .overdue(
                        StepID(lane: lane, number: count), self[lane].own(count).note.label, on: rank,
                        last: self[lane].label(before: count), on: peer, patience))
        }
        return news
    }

    /// The job can't go on for another reason.
    mutating func broke(_ failure: LockstepFailure) -> [LockstepAction] {
        guard self.failure == nil else { return [] }
        return fail(failure)
    }

    /// The rank that is furthest behind among those that a step has waited for too long.
    private func mostOverdue(_ lane: LockstepLane, now: Duration) -> Int? {
        let record = self[lane]
        let late = others.filter { peer in
            let count = record.peerCounts[peer]
            guard !peers[peer].isHeld, count < record.count else { return false }
            return now - max(record.own(count).time, peers[peer].lastHeld) > patience
                && record.open.contains { $0 >= count }
        }
        return late.min { record.peerCounts[$0] < record.peerCounts[$1] }
    }

    /// Another rank has made a step that this one will never make.
    private var failureIfAhead: LockstepFailure? {
        for lane in LockstepLane.allCases {
            for peer in others {
                guard let other = self[lane].nextAhead(of: peer) else { continue }
                let step = StepID(lane: lane, number: self[lane].count)
                return .ended(step, other.label, on: peer, after: self[lane].lastLabel, on: rank)
            }
        }
        return nil
    }

    private mutating func announce(_ lane: LockstepLane) -> [LockstepAction] {
        let (first, notes) = self[lane].takeUnsent()
        return notes.isEmpty ? [] : [.announce(lane, first: first, notes)]
    }

    /// Ends a future, now or when all ranks have made the step.
    private mutating func end(_ step: StepID, _ outcome: StepOutcome) -> [LockstepAction] {
        self[step.lane].keep(outcome, of: step.number).map { [.end(step, $0)] } ?? []
    }

    /// Ends the futures of steps from a number that all ranks have made by now.
    private mutating func ends(_ lane: LockstepLane, from first: UInt64) -> [LockstepAction] {
        self[lane].takeAgreed(from: first).map { .end(StepID(lane: lane, number: $0.number), $0.outcome) }
    }
}

// MARK: What other ranks say.

extension LockstepStateMachine {
    /// Another rank has made steps.
    mutating func announced(
        _ lane: LockstepLane, first: UInt64, _ notes: [StepNote], by peer: Int
    ) -> [LockstepAction] {
        guard failure == nil else { return [] }
        guard first == self[lane].peerCounts[peer], !peers[peer].hasEnded else {
            return fail(.protocolViolation(peer, "announced \(lane.noun) \(first) out of order"))
        }
        let agreed = self[lane].agreedCount
        for (offset, note) in notes.enumerated() {
            let step = StepID(lane: lane, number: first + UInt64(offset))
            if step.number < self[lane].count {
                let own = self[lane].own(step.number).note
                guard own == note else {
                    return fail(.different(step, own.label, on: rank, note.label, on: peer))
                }
                self[lane].peerMade(peer, ahead: nil)
            } else if hasEnded {
                return fail(.ended(step, note.label, on: peer, after: self[lane].lastLabel, on: rank))
            } else {
                self[lane].peerMade(peer, ahead: note)
            }
        }
        // What has gathered leaves when the others have come as far as they were told.
        let news = self[lane].unsentCount > 0 && self[lane].isCaughtUp ? announce(lane) : []
        return news + ends(lane, from: agreed)
    }

    /// The owner of a step tells how it ended.
    mutating func told(_ step: StepID, _ outcome: StepOutcome, by peer: Int) -> [LockstepAction] {
        guard failure == nil else { return [] }
        guard owner(of: step) == peer, step.number < self[step.lane].peerCounts[peer] else {
            return fail(.protocolViolation(peer, "answered \(step.lane.noun) \(step.number), which is not its own"))
        }
        return end(step, outcome)
    }

    /// Another rank's program has ended.
    mutating func saidFarewell(_ counts: [UInt64], by peer: Int) -> [LockstepAction] {
        guard !peers[peer].hasEnded else { return [] }
        peers[peer].hasEnded = true
        var actions: [LockstepAction] = []
        if failure == nil {
            for (lane, count) in zip(LockstepLane.allCases, counts) where count < self[lane].count {
                let step = StepID(lane: lane, number: count)
                actions += fail(endedEarly(peer, step, self[lane].own(count).note.label))
                break
            }
        }
        return actions + leaveIfAlone()
    }

    /// Another rank has found that the job can't go on.
    mutating func toldFailure(_ failure: LockstepFailure) -> [LockstepAction] {
        guard self.failure == nil else { return [] }
        return fail(failure, isNews: false)
    }

    /// Another rank asks for patience, or takes that back.
    mutating func held(_ isHeld: Bool, by peer: Int, now: Duration) {
        peers[peer].isHeld = isHeld
        peers[peer].lastHeld = now
    }

    private func endedEarly(_ peer: Int, _ step: StepID, _ label: String) -> LockstepFailure {
        .ended(step, label, on: rank, after: self[step.lane].label(before: step.number), on: peer)
    }

    private mutating func fail(_ failure: LockstepFailure, isNews: Bool = true) -> [LockstepAction] {
        self.failure = failure
        for lane in LockstepLane.allCases { self[lane].forget() }
        return (isNews && size > 1 ? [.tellFailure(failure)] : []) + [.fail(failure)]
    }

    private func leaveIfAlone() -> [LockstepAction] {
        hasEnded && others.allSatisfy({ peers[$0].hasEnded }) ? [.leave] : []
    }
}
