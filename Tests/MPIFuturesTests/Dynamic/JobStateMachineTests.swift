// SPDX-License-Identifier: Apache-2.0
// How a job comes up and ends: every state times every event.

import Testing

@testable import MPIFutures

/// What can happen to a job.
enum JobEvent: Sendable, Equatable {
    case worker(Int)
    case guardian(Int)
    case workerGone(Int)
    case reported(Int)
    case guardianGone(Int)
    case graceOver(Int)
    case launcherGone
    case deadline

    /// The report that guardians make in these tests.
    static let end = WorkerEnd(signal: 9, status: -1, task: 3, item: nil)

    /// All of them, about one rank.
    static func all(_ rank: Int) -> [JobEvent] {
        [
            .worker(rank), .guardian(rank), .workerGone(rank), .reported(rank), .guardianGone(rank), .graceOver(rank),
            .launcherGone, .deadline,
        ]
    }
}

/// What a machine makes of an event.
enum JobOutcome: Sendable, Equatable {
    case actions([JobStateMachine.Action])
    case admitted
    case refused
}

extension JobStateMachine {
    /// Feeds an event.
    mutating func handle(_ event: JobEvent) -> JobOutcome {
        switch event {
        case .worker(let rank): workerConnected(rank: rank).map { .actions($0) } ?? .refused
        case .guardian(let rank): guardianConnected(rank: rank) ? .admitted : .refused
        case .workerGone(let rank): .actions(workerDisconnected(rank: rank))
        case .reported(let rank): .actions(ended(rank: rank, JobEvent.end))
        case .guardianGone(let rank): .actions(guardianDisconnected(rank: rank))
        case .graceOver(let rank): .actions(graceExpired(rank: rank))
        case .launcherGone: .actions(launcherEnded("exited(1)"))
        case .deadline: .actions(deadlinePassed())
        }
    }
}

/// A state of a job of two, and what every event about rank 0 does in it.
struct JobScene: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var history: [JobEvent]
    /// In the order of `JobEvent.all`.
    var outcomes: [JobOutcome]

    private static let nothing = JobOutcome.actions([])
    private static let grace = JobOutcome.actions([.armGrace(rank: 0)])
    private static let lost = JobOutcome.actions([.lost(rank: 0, nil)])
    private static let lostAsReported = JobOutcome.actions([.lost(rank: 0, JobEvent.end)])
    private static let launcherFailed = JobStateMachine.Action.fail(.launcherEnded("exited(1)"))
    private static let up: [JobEvent] = [.guardian(0), .worker(0), .guardian(1), .worker(1)]
    private static let otherGone: [JobEvent] = [.workerGone(1), .reported(1), .guardianGone(1)]

    private static func missing(_ ranks: Int...) -> JobOutcome {
        .actions([.fail(.deadlinePassed(missing: ranks))])
    }

    static let all: [JobScene] = booting + serving + ending

    private static let booting = [
        JobScene(
            testDescription: "nobody is there", history: [],
            outcomes: [
                .actions([.join(rank: 0)]), .admitted, nothing, nothing, nothing, nothing,
                .actions([launcherFailed, .ended]), missing(0, 1),
            ]),
        JobScene(
            testDescription: "the guardian is there", history: [.guardian(0)],
            outcomes: [
                .actions([.join(rank: 0)]), .refused, nothing, nothing, nothing, nothing, .actions([launcherFailed]),
                missing(0, 1),
            ]),
        JobScene(
            testDescription: "the worker is there", history: [.worker(0)],
            outcomes: [
                .refused, .admitted, lost, grace, nothing, lost, .actions([launcherFailed]), missing(1),
            ]),
        JobScene(
            testDescription: "both are there", history: [.guardian(0), .worker(0)],
            outcomes: [.refused, .refused, grace, grace, grace, nothing, .actions([launcherFailed]), missing(1)]),
        JobScene(
            testDescription: "the other one died before it joined", history: [.guardian(1), .reported(1)],
            outcomes: [
                .actions([.join(rank: 0), .complete]), .admitted, nothing, .actions([.fail(.allLost(JobEvent.end))]),
                nothing, .actions([.fail(.allLost(JobEvent.end))]), .actions([launcherFailed]), missing(0),
            ]),
        JobScene(
            testDescription: "this one died before it joined", history: [.guardian(0), .reported(0)],
            outcomes: [
                .refused, .refused, nothing, nothing, nothing, nothing, .actions([launcherFailed]), missing(1),
            ]),
        JobScene(
            testDescription: "the other one joined and was lost", history: [.worker(1), .workerGone(1)],
            outcomes: [
                .actions([.join(rank: 0), .complete]), .admitted, nothing, .actions([.complete]), nothing,
                .actions([.complete]), .actions([launcherFailed, .ended]), missing(0),
            ]),
    ]

    private static let serving = [
        JobScene(
            testDescription: "complete", history: up,
            outcomes: [.refused, .refused, grace, grace, grace, nothing, nothing, nothing]),
        JobScene(
            testDescription: "its connection ended", history: up + [.workerGone(0)],
            outcomes: [.refused, .refused, nothing, lostAsReported, lost, lost, nothing, nothing]),
        JobScene(
            testDescription: "its end was reported", history: up + [.reported(0)],
            outcomes: [.refused, .refused, lostAsReported, grace, grace, lostAsReported, nothing, nothing]),
        JobScene(
            testDescription: "its guardian is gone", history: up + [.guardianGone(0)],
            outcomes: [.refused, .admitted, lost, grace, nothing, lost, nothing, nothing]),
        JobScene(
            testDescription: "lost", history: up + [.workerGone(0), .reported(0)],
            outcomes: [.refused, .refused, nothing, nothing, nothing, nothing, nothing, nothing]),
        JobScene(
            testDescription: "lost, with its guardian", history: up + [.workerGone(0), .reported(0), .guardianGone(0)],
            outcomes: [.refused, .admitted, nothing, nothing, nothing, nothing, nothing, nothing]),
    ]

    private static let ending = [
        JobScene(
            testDescription: "the deadline has passed", history: [.guardian(0), .worker(0), .deadline],
            outcomes: [.refused, .refused, grace, grace, grace, nothing, nothing, nothing]),
        JobScene(
            testDescription: "the deadline has passed without this one", history: [.worker(1), .deadline],
            outcomes: [.refused, .admitted, nothing, nothing, nothing, nothing, nothing, nothing]),
        JobScene(
            testDescription: "the launcher is gone", history: up + [.launcherGone],
            outcomes: [.refused, .refused, grace, grace, grace, nothing, nothing, nothing]),
        JobScene(
            testDescription: "the launcher and the other one are gone", history: up + [.launcherGone] + otherGone,
            outcomes: [.refused, .refused, grace, grace, grace, nothing, nothing, nothing]),
        JobScene(
            testDescription: "only the worker is left", history: up + [.launcherGone] + otherGone + [.guardianGone(0)],
            outcomes: [
                .refused, .admitted, .actions([.lost(rank: 0, nil), .ended]), grace, nothing,
                .actions([.lost(rank: 0, nil), .ended]), .actions([]), nothing,
            ]),
        JobScene(
            testDescription: "only the guardian is left",
            history: up + [.launcherGone] + otherGone + [.workerGone(0), .reported(0)],
            outcomes: [
                .refused, .refused, nothing, nothing, .actions([.ended]), nothing, nothing, nothing,
            ]),
        JobScene(
            testDescription: "only the launcher is left",
            history: up + otherGone + [.workerGone(0), .reported(0), .guardianGone(0)],
            outcomes: [
                .refused, .admitted, nothing, nothing, nothing, nothing, .actions([.ended]), nothing,
            ]),
    ]
}

@Suite struct JobStateMachineTests {
    @Test(arguments: JobScene.all)
    func answersEveryEvent(scene: JobScene) {
        var machine = JobStateMachine(size: 2)
        for event in scene.history { _ = machine.handle(event) }
        for (event, outcome) in zip(JobEvent.all(0), scene.outcomes) {
            var machine = machine
            #expect(machine.handle(event) == outcome, "\(event)")
        }
        #expect(scene.outcomes.count == JobEvent.all(0).count)
        // Ranks that the job does not have: a launcher may start more processes than it was asked for.
        for rank in [-1, 2, 1 << 40] {
            var machine = machine
            #expect(machine.handle(.worker(rank)) == .refused)
            #expect(machine.handle(.guardian(rank)) == .refused)
            for event in JobEvent.all(rank)[2...5] { #expect(machine.handle(event) == .actions([]), "\(event)") }
        }
    }

    /// Random histories, held against what must be true of all.
    @Test(arguments: 0..<300 as Range<UInt64>)
    func keepsItsPromises(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let size = 1 + Int(seed % 4)
        var machine = JobStateMachine(size: size)
        var joined: Set<Int> = []
        var lost: Set<Int> = []
        var verdicts = 0
        var isFailed = false
        var hasLauncher = true
        func check(_ event: JobEvent) -> Bool {
            var hasEnded = false
            if event == .launcherGone { hasLauncher = false }
            guard case .actions(let actions) = machine.handle(event) else { return false }
            for action in actions {
                switch action {
                case .join(let rank):
                    #expect(joined.insert(rank).inserted && !isFailed)
                case .lost(let rank, _):
                    #expect(joined.contains(rank) && lost.insert(rank).inserted)
                case .complete, .fail:
                    verdicts += 1
                    if action != .complete { isFailed = true }
                case .armGrace: break
                case .ended:
                    #expect(!hasLauncher)
                    hasEnded = true
                }
            }
            return hasEnded
        }
        var hasEnded = false
        for _ in 0..<60 {
            let rank = Int.random(in: 0..<size, using: &random)
            var event = JobEvent.all(rank).randomElement(using: &random) ?? .deadline
            // The launcher and the deadline come once, and rather late.
            if event == .launcherGone || event == .deadline {
                guard Int.random(in: 0..<20, using: &random) == 0 else { continue }
                if event == .launcherGone && !hasLauncher { event = .deadline }
            }
            hasEnded = check(event)
            if hasEnded { break }
        }
        // Everything goes: whoever joined is lost, and the job ends.
        for rank in 0..<size where !hasEnded {
            for event in [.workerGone(rank), .guardianGone(rank), .graceOver(rank)] as [JobEvent] where !hasEnded {
                hasEnded = check(event)
            }
        }
        if !hasEnded { hasEnded = check(.launcherGone) }
        #expect(hasEnded)
        #expect(lost == joined)
        #expect(verdicts == 1)
    }
}
