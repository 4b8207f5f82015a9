// SPDX-License-Identifier: Apache-2.0
// What the lockstep machine makes of every event in every state.

import Futures
import Testing

@testable import MPIFutures

@Suite struct LockstepStateMachineTests {
    private static let value = StepOutcome.value(EncodedPayload([1]))

    private static func step(_ number: UInt64, _ lane: LockstepLane = .submissions) -> StepID {
        StepID(lane: lane, number: number)
    }

    private static func content(_ label: String) -> Fingerprint {
        var fingerprint = Fingerprint()
        fingerprint.mix(label)
        return fingerprint
    }

    /// The notes that a rank makes of steps with these labels, each after those before it.
    private static func notes(_ labels: [String]) -> [StepNote] {
        var lane = LaneRecord(rank: 0, size: 1)
        return labels.map { lane.append($0, content($0), isOpen: false, now: .zero) }
    }

    private static func machine(_ rank: Int = 1, of size: Int = 2) -> LockstepStateMachine {
        LockstepStateMachine(rank: rank, size: size, patience: .seconds(10))
    }

    /// Makes a step whose content is its label.
    private static func make(
        _ machine: inout LockstepStateMachine, _ label: String, _ lane: LockstepLane = .submissions, ranks: Int = 1,
        at seconds: Int = 0
    ) -> [LockstepAction] {
        machine.made(lane, label: label, content: content(label), ranks: ranks, now: .seconds(seconds)).actions
    }

    /// Whether actions say that the job can't go on, to the other ranks and here.
    private static func failure(_ actions: [LockstepAction]) -> LockstepFailure? {
        for case .fail(let failure) in actions { return failure }
        return nil
    }

    // MARK: The own steps.

    @Test func theFirstNoteLeavesAtOnceAndOthersGather() {
        var machine = Self.machine()
        let notes = Self.notes(["a", "b", "c"])
        #expect(Self.make(&machine, "a") == [.announce(.submissions, first: 0, [notes[0]])])
        #expect(Self.make(&machine, "b") == [.run(Self.step(1))])
        #expect(Self.make(&machine, "c") == [])
        // The other rank has caught up with what it was told.
        #expect(
            machine.announced(.submissions, first: 0, [notes[0]], by: 0)
                == [.announce(.submissions, first: 1, Array(notes[1...]))])
    }

    @Test func aFullBatchLeaves() {
        var machine = Self.machine()
        var announced: [Int] = []
        for i in 0..<200 {
            for case .announce(_, let first, let notes) in Self.make(&machine, "\(i)") {
                announced.append(Int(first) + notes.count)
            }
        }
        #expect(announced == [1, 65, 129, 193])
    }

    @Test func oneRankAloneNeedsNobody() {
        var machine = Self.machine(0, of: 1)
        #expect(Self.make(&machine, "a") == [.run(Self.step(0))])
        #expect(machine.finished(Self.step(0), Self.value) == [.end(Self.step(0), Self.value)])
        #expect(machine.finished(Self.step(0), Self.value) == [])
        #expect(Self.make(&machine, "q", .questions) == [])
        #expect(machine.finished(Self.step(0, .questions), Self.value) == [.end(Self.step(0, .questions), Self.value)])
        #expect(machine.programEnded() == [.leave])
        #expect(machine.programEnded() == [])
    }

    @Test func ownersAndGangsFollowFromTheNumber() {
        let machine = Self.machine(0, of: 3)
        #expect((0..<4).map { machine.owner(of: Self.step($0)) } == [0, 1, 2, 0])
        #expect((0..<4).map { machine.owner(of: Self.step($0, .questions)) } == [0, 0, 0, 0])
        #expect(machine.members(of: Self.step(2), ranks: 2) == [2, 0])
        for rank in 0..<3 {
            var other = Self.machine(rank, of: 3)
            #expect(Self.make(&other, "a", ranks: 2).contains(.run(Self.step(0))) == (rank < 2))
        }
    }

    @Test func aRefusedStepIsComparedAndHasNoOutcome() {
        var machine = Self.machine(0)
        #expect(Self.make(&machine, "a", ranks: 0) == [.announce(.submissions, first: 0, Self.notes(["a"]))])
        #expect(!machine.lacksOutcome(Self.step(0)))
        #expect(machine.finished(Self.step(0), Self.value) == [])
        #expect(Self.failure(machine.announced(.submissions, first: 0, Self.notes(["b"]), by: 1))?.code == .divergence)
    }

    // MARK: Outcomes wait for agreement.

    @Test func anOwnOutcomeIsToldAtOnceAndSeenWhenAllAgree() {
        var machine = Self.machine(0)
        _ = Self.make(&machine, "a")
        #expect(machine.finished(Self.step(0), Self.value) == [.tell(Self.step(0), Self.value)])
        #expect(!machine.lacksOutcome(Self.step(0)))
        #expect(
            machine.announced(.submissions, first: 0, Self.notes(["a"]), by: 1) == [.end(Self.step(0), Self.value)])
    }

    @Test func anOwnOutcomeLeavesAfterItsNote() {
        var machine = Self.machine(0)
        let notes = Self.notes(["a", "b", "c"])
        _ = Self.make(&machine, "a")
        _ = Self.make(&machine, "b")
        _ = Self.make(&machine, "c")
        #expect(
            machine.finished(Self.step(2), Self.value)
                == [.announce(.submissions, first: 1, Array(notes[1...])), .tell(Self.step(2), Self.value)])
    }

    @Test func anOutcomeMayComeBeforeTheStep() {
        var machine = Self.machine()
        #expect(machine.announced(.submissions, first: 0, Self.notes(["a"]), by: 0) == [])
        #expect(machine.told(Self.step(0), Self.value, by: 0) == [])
        #expect(
            Self.make(&machine, "a")
                == [.announce(.submissions, first: 0, Self.notes(["a"])), .end(Self.step(0), Self.value)])
    }

    @Test func anOutcomeWaitsForTheSlowestRank() {
        var machine = Self.machine(0, of: 3)
        _ = Self.make(&machine, "a")
        _ = Self.make(&machine, "b")
        let notes = Self.notes(["a", "b"])
        _ = machine.announced(.submissions, first: 0, notes, by: 1)
        #expect(machine.told(Self.step(1), Self.value, by: 1) == [])
        _ = machine.announced(.submissions, first: 0, [notes[0]], by: 2)
        #expect(
            machine.announced(.submissions, first: 1, [notes[1]], by: 2) == [.end(Self.step(1), Self.value)])
    }

    @Test func lanesAreIndependent() {
        var machine = Self.machine()
        _ = Self.make(&machine, "a")
        #expect(
            Self.make(&machine, "q", .questions) == [.announce(.questions, first: 0, Self.notes(["q"]))])
        _ = machine.announced(.questions, first: 0, Self.notes(["q"]), by: 0)
        #expect(
            machine.told(Self.step(0, .questions), Self.value, by: 0) == [.end(Self.step(0, .questions), Self.value)])
        #expect(machine.lacksOutcome(Self.step(0)))
    }

    // MARK: Divergence.

    @Test func aDifferentNoteFailsWhicheverComesFirst() throws {
        for ownFirst in [true, false] {
            var machine = Self.machine()
            var actions: [LockstepAction] = []
            if ownFirst { _ = Self.make(&machine, "mine") }
            actions = machine.announced(.submissions, first: 0, Self.notes(["theirs"]), by: 0)
            if !ownFirst { actions = Self.make(&machine, "mine") }
            let failure = try #require(Self.failure(actions))
            #expect(actions == [.tellFailure(failure), .fail(failure)])
            #expect(failure.code == .divergence)
            for word in ["rank 1 made mine", "rank 0 made theirs", "submission 0"] {
                #expect(failure.message.contains(word))
            }
        }
    }

    @Test func aDifferenceBeforeIsNotForgotten() {
        var machine = Self.machine()
        _ = Self.make(&machine, "a")
        _ = Self.make(&machine, "b")
        // The same second step after another first one.
        let other = Self.notes(["x", "b"])
        let agreed = [Self.notes(["a"])[0], other[1]]
        #expect(Self.failure(machine.announced(.submissions, first: 0, agreed, by: 0))?.message.contains("1") == true)
    }

    @Test func afterAFailureNothingHappens() throws {
        var machine = Self.machine()
        _ = Self.make(&machine, "a")
        let failure = LockstepFailure(code: .divergence, message: "so")
        #expect(machine.toldFailure(failure) == [.fail(failure)])
        #expect(machine.failure == failure)
        let (step, actions) = machine.made(.submissions, label: "b", content: Fingerprint(), ranks: 1, now: .zero)
        #expect(step == nil && actions == [])
        #expect(machine.announced(.submissions, first: 0, Self.notes(["x"]), by: 0) == [])
        #expect(machine.announced(.submissions, first: 9, Self.notes(["x"]), by: 0) == [])
        #expect(machine.told(Self.step(0), Self.value, by: 0) == [])
        #expect(machine.finished(Self.step(0), Self.value) == [])
        #expect(machine.checkPatience(now: .seconds(1000)) == [])
        #expect(machine.toldFailure(LockstepFailure(code: .divergence, message: "again")) == [])
        #expect(machine.broke(LockstepFailure(code: .workerLost, message: "again")) == [])
        #expect(machine.failure == failure)
        // The ends of programs still count; whoever has not heard of the failure hears of it first.
        #expect(machine.programEnded() == [.tellFailure(failure), .farewell([1, 0])])
        #expect(machine.saidFarewell([0, 0], by: 0) == [.leave])
    }

    @Test func nonsenseIsAFailure() {
        for event in 0..<4 {
            var machine = Self.machine()
            let actions =
                switch event {
                case 0: machine.announced(.submissions, first: 3, Self.notes(["a"]), by: 0)
                case 1: machine.told(Self.step(0), Self.value, by: 0)
                case 2: machine.told(Self.step(1), Self.value, by: 0)
                default:
                    machine.saidFarewell([0, 0], by: 0)
                        + machine.announced(.submissions, first: 0, Self.notes(["a"]), by: 0)
                }
            #expect(Self.failure(actions)?.code == .protocolViolation, "event \(event)")
        }
    }

    // MARK: Ends.

    @Test func aFarewellWithFewerStepsFails() {
        var machine = Self.machine()
        _ = Self.make(&machine, "a")
        let failure = Self.failure(machine.saidFarewell([0, 0], by: 0))
        #expect(failure?.code == .divergence)
        #expect(failure?.message.contains("rank 0 ended after no submission") == true)
    }

    @Test func aStepAfterAFarewellFails() {
        var machine = Self.machine()
        #expect(machine.saidFarewell([0, 0], by: 0) == [])
        #expect(Self.failure(Self.make(&machine, "a"))?.message.contains("rank 0 ended") == true)
    }

    @Test func anEndBehindTheOthersFails() {
        var machine = Self.machine()
        _ = machine.announced(.submissions, first: 0, Self.notes(["a"]), by: 0)
        let actions = machine.programEnded()
        let failure = Self.failure(actions)
        #expect(failure?.message.contains("rank 1 ended") == true)
        #expect(actions.last == .farewell([0, 0]))
        #expect(actions.dropLast().last == failure.map { .tellFailure($0) })
    }

    @Test func aStepOfAnotherAfterTheOwnEndFails() {
        var machine = Self.machine()
        #expect(machine.programEnded() == [.farewell([0, 0])])
        #expect(
            Self.failure(machine.announced(.submissions, first: 0, Self.notes(["a"]), by: 0))?.message
                .contains("rank 1 ended") == true)
    }

    @Test func allLeaveWhenAllHaveEnded() {
        var machine = Self.machine(0, of: 3)
        #expect(machine.saidFarewell([0, 0], by: 1) == [])
        #expect(machine.saidFarewell([0, 0], by: 1) == [])
        #expect(machine.programEnded() == [.farewell([0, 0])])
        #expect(machine.saidFarewell([0, 0], by: 2) == [.leave])
    }

    @Test func whatIsOwnedIsStillDoneAfterTheEnd() {
        var machine = Self.machine(0)
        _ = Self.make(&machine, "a")
        #expect(machine.programEnded() == [.farewell([1, 0])])
        #expect(machine.finished(Self.step(0), Self.value) == [.tell(Self.step(0), Self.value)])
        let (step, _) = machine.made(.submissions, label: "b", content: Fingerprint(), ranks: 1, now: .zero)
        #expect(step == nil)
    }

    // MARK: Patience.

    @Test func aRankThatMakesNoStepIsOverdue() {
        var machine = Self.machine()
        _ = Self.make(&machine, "a", at: 5)
        #expect(machine.checkPatience(now: .seconds(14)) == [])
        let failure = Self.failure(machine.checkPatience(now: .seconds(16)))
        #expect(failure?.code == .divergence)
        #expect(failure?.message.contains("rank 0") == true)
    }

    @Test func aRankThatWorksOnItsOwnIsNotOverdue() {
        var machine = Self.machine()
        _ = Self.make(&machine, "a", at: 0)
        machine.held(true, by: 0, now: .seconds(1))
        #expect(machine.checkPatience(now: .seconds(100)) == [])
        machine.held(false, by: 0, now: .seconds(100))
        #expect(machine.checkPatience(now: .seconds(109)) == [])
        #expect(Self.failure(machine.checkPatience(now: .seconds(111))) != nil)
    }

    @Test func aRankThatHasMadeTheStepIsNotOverdue() {
        var machine = Self.machine()
        _ = Self.make(&machine, "a", at: 0)
        _ = machine.announced(.submissions, first: 0, Self.notes(["a"]), by: 0)
        #expect(machine.checkPatience(now: .seconds(1000)) == [])
    }

    @Test func nobodyWaitsForAStepWithoutOutcome() {
        var machine = Self.machine()
        _ = Self.make(&machine, "a", ranks: 0, at: 0)
        #expect(machine.checkPatience(now: .seconds(1000)) == [])
        // But the steps behind it are held up.
        _ = Self.make(&machine, "b", at: 0)
        #expect(Self.failure(machine.checkPatience(now: .seconds(1000))) != nil)
    }

    @Test func theRankThatIsFurthestBehindIsBlamed() {
        var machine = Self.machine(0, of: 3)
        for label in ["a", "b", "c"] { _ = Self.make(&machine, label) }
        _ = machine.announced(.submissions, first: 0, Self.notes(["a", "b"]), by: 1)
        _ = machine.announced(.submissions, first: 0, Self.notes(["a"]), by: 2)
        let failure = Self.failure(machine.checkPatience(now: .seconds(11)))
        #expect(failure?.message.contains("for rank 2 to make it too") == true)
    }

    @Test func notesThatHaveGatheredLeaveWithinThePatience() {
        var machine = Self.machine(0, of: 3)
        let notes = Self.notes(["a", "b"])
        for label in ["a", "b"] { _ = Self.make(&machine, label) }
        #expect(machine.checkPatience(now: .seconds(1)) == [.announce(.submissions, first: 1, [notes[1]])])
        #expect(machine.checkPatience(now: .seconds(2)) == [])
    }
}
