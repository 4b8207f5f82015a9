// SPDX-License-Identifier: Apache-2.0
// Which steps the ranks of a lockstep program have made, and whether they agree.

import DequeModule

/// Compares what this rank's program does with what the others say, and matches outcomes to steps.
///
/// A pure machine: events in, actions out, no clock and no messages of its own. Each rank has one. What a rank says
/// arrives in its order; a rank's notes of a step always precede its outcome. Steps are numbered in each lane; the
/// owner of step n is rank n mod size for submissions and rank 0 for questions, and a gang has the ranks that follow
/// its owner. An outcome may come before this rank has made the step; it waits then. A failure is final.
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

    /// Notes that leave together.
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
    var lanes: [LaneRecord]
    /// By rank; the own one is not used.
    var peers: [Peer]
    private var isTickArmed = false

    /// Makes the machine of a rank.
    init(rank: Int, size: Int, patience: Duration) {
        self.rank = rank
        self.size = size
        self.patience = patience
        lanes = LockstepLane.allCases.map { _ in LaneRecord(size: size) }
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
    func isOpen(_ step: StepID) -> Bool { self[step.lane].open[step.number] != nil }

    subscript(lane: LockstepLane) -> LaneRecord {
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
    ///   - ranks: How many ranks are needed for the outcome; 0 for a step that was refused and has none.
    ///   - now: The time since any fixed moment.
    /// - Returns: The step; `nil` after a failure and after the end.
    mutating func made(
        _ lane: LockstepLane, label: String, content: Fingerprint, ranks: Int, now: Duration
    ) -> (step: StepID?, actions: [LockstepAction]) {
        guard failure == nil, !hasEnded else { return (nil, []) }
        let step = StepID(lane: lane, number: self[lane].count)
        let note = self[lane].append(label, content, ranks: ranks, now: now)
        for peer in others {
            if let other = self[lane].takeAhead(of: peer) {
                guard other != note else { continue }
                return (step, fail(.different(step, label, on: rank, other.label, on: peer)))
            } else if peers[peer].hasEnded {
                return (step, fail(endedEarly(peer, step, label)))
            }
        }
        var actions: [LockstepAction] = []
        if size > 1 {
            if self[lane].unsentCount >= Self.batch {
                actions += announce(lane)
            } else if !isTickArmed {
                isTickArmed = true
                actions.append(.armTick)
            }
        }
        if ranks > 0, lane == .submissions, members(of: step, ranks: ranks).contains(rank) {
            actions.append(.run(step))
        }
        if ranks > 0, let outcome = self[lane].takeEarly(step.number) { actions.append(.end(step, outcome)) }
        self[lane].trim(rank)
        return (step, actions)
    }

    /// A step that this rank owns has ended.
    mutating func finished(_ step: StepID, _ outcome: StepOutcome) -> [LockstepAction] {
        guard failure == nil, self[step.lane].open.removeValue(forKey: step.number) != nil else { return [] }
        guard size > 1 else { return [.end(step, outcome)] }
        // The note of a step leaves before its outcome.
        return announce(step.lane) + [.tell(step, outcome), .end(step, outcome)]
    }

    /// The moment for which `armTick` asked: what was not said yet is said.
    mutating func tick() -> [LockstepAction] {
        isTickArmed = false
        guard failure == nil, size > 1 else { return [] }
        return LockstepLane.allCases.flatMap { announce($0) }
    }

    /// This rank's program has ended; others may still need it.
    mutating func programEnded() -> [LockstepAction] {
        guard !hasEnded else { return [] }
        var actions = tick()
        if failure == nil {
            for lane in LockstepLane.allCases {
                for peer in others {
                    guard let other = self[lane].nextAhead(of: peer) else { continue }
                    let step = StepID(lane: lane, number: self[lane].count)
                    actions += fail(.ended(step, other.label, on: peer, after: self[lane].lastLabel, on: rank))
                    break
                }
                if failure != nil { break }
            }
        }
        hasEnded = true
        if size > 1 { actions.append(.farewell(lanes.map(\.count))) }
        return actions + leaveIfAlone()
    }

    /// Looks whether a step has waited too long for a rank.
    mutating func checkPatience(now: Duration) -> [LockstepAction] {
        guard failure == nil else { return [] }
        for lane in LockstepLane.allCases {
            for peer in others where !peers[peer].isHeld {
                let from = peers[peer].lastHeld
                guard let (number, label) = overdue(lane, peer, now: now, from: from) else { continue }
                let record = self[lane]
                let count = record.peerCounts[peer]
                return fail(
                    .overdue(
                        StepID(lane: lane, number: number), label, on: rank, made: count,
                        last: record.label(before: count), on: peer, patience))
            }
        }
        return []
    }

    /// The job can't go on for another reason.
    mutating func broke(_ failure: LockstepFailure) -> [LockstepAction] {
        guard self.failure == nil else { return [] }
        return fail(failure)
    }

    /// The oldest open step that needs a rank which has not made it for too long.
    private func overdue(
        _ lane: LockstepLane, _ peer: Int, now: Duration, from: Duration
    ) -> (number: UInt64, label: String)? {
        let record = self[lane]
        var number = record.peerCounts[peer]
        while number < record.count {
            let own = record.own(number)
            guard now - max(own.time, from) > patience else { return nil }
            if record.open[number] != nil {
                let step = StepID(lane: lane, number: number)
                if members(of: step, ranks: own.ranks).contains(peer) { return (number, own.note.label) }
            }
            number += 1
        }
        return nil
    }

    private mutating func announce(_ lane: LockstepLane) -> [LockstepAction] {
        let (first, notes) = self[lane].takeUnsent()
        self[lane].trim(rank)
        return notes.isEmpty ? [] : [.announce(lane, first: first, notes)]
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
        for (offset, note) in notes.enumerated() {
            let number = first + UInt64(offset)
            guard number < self[lane].count else {
                self[lane].addAhead(note, of: peer)
                if hasEnded {
                    let step = StepID(lane: lane, number: number)
                    return fail(.ended(step, note.label, on: peer, after: self[lane].lastLabel, on: rank))
                }
                continue
            }
            let own = self[lane].own(number).note
            self[lane].peerCounts[peer] += 1
            if own != note {
                let step = StepID(lane: lane, number: number)
                return fail(.different(step, own.label, on: rank, note.label, on: peer))
            }
        }
        self[lane].trim(rank)
        return []
    }

    /// The owner of a step tells how it ended.
    mutating func told(_ step: StepID, _ outcome: StepOutcome, by peer: Int) -> [LockstepAction] {
        guard failure == nil else { return [] }
        guard owner(of: step) == peer, step.number < self[step.lane].peerCounts[peer] else {
            return fail(.protocolViolation(peer, "answered \(step.lane.noun) \(step.number), which is not its own"))
        }
        guard step.number < self[step.lane].count else {
            self[step.lane].early[step.number] = outcome
            return []
        }
        guard self[step.lane].open.removeValue(forKey: step.number) != nil else { return [] }
        return [.end(step, outcome)]
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
