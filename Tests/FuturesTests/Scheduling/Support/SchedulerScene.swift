// SPDX-License-Identifier: Apache-2.0
// A state of the scheduler, and what every event does in it.

import Testing

@testable import Futures

/// A scheduler with a history, a task to look at, and a table of events with the actions that they must bring.
struct SchedulerScene: Sendable, CustomTestStringConvertible {
    let name: String
    var size = 2
    var depth = 2
    var history: [SchedulerEvent]
    /// The task that the events are about.
    var subject: TaskID
    /// The worker that has it, or might have it, and another one.
    var holder: WorkerID = 0
    var other: WorkerID = 1
    /// Events that are missing here bring nothing.
    var table: [(event: SchedulerEvent, actions: [SchedulerAction])]

    var testDescription: String { name }

    /// What comes before everything else: a job of two workers, which is complete.
    static let pool: [SchedulerEvent] = [.bootRequested, .workerJoined(0, 0), .workerJoined(1, 0), .jobComplete(0)]

    /// Every kind of event, about the subject and its worker, about others, and about nobody known.
    var events: [SchedulerEvent] {
        var events: [SchedulerEvent] = [
            .submitted(90, TaskRequest()), .submitted(91, TaskRequest(gang: 2)),
            .submitted(92, TaskRequest(gang: size + 1)), .submitted(93, TaskRequest(gang: 0)),
            .cancelRequested(subject), .deadlinePassed(subject), .graceExpired(subject),
            .cancelRequested(99), .deadlinePassed(99), .graceExpired(99),
            .started(subject, holder), .started(subject, other), .started(subject, 99), .started(99, holder),
            .answered(subject, holder, .returned), .answered(subject, holder, .threw),
            .answered(subject, holder, .dropped), .answered(subject, other, .returned),
            .answered(subject, 99, .returned), .answered(99, holder, .returned),
            .workerLost(holder, .known(subject)), .workerLost(holder, .known(nil)), .workerLost(holder, .unknown),
            .workerLost(other, .known(nil)), .workerLost(other, .unknown), .workerLost(99, .unknown),
            .workerJoined(9, 1), .jobComplete(1), .jobFailed, .bootRequested,
            .collectiveReady(0), .collectiveFailed(0), .collectiveReady(99), .collectiveFailed(99),
            .shutDown(cancelPending: true), .shutDown(cancelPending: false), .broke,
        ]
        events += table.map(\.event).filter { !events.contains($0) }
        return events
    }

    /// What an event must bring.
    func expected(_ event: SchedulerEvent) -> [SchedulerAction] {
        switch event {
        case .submitted(92, _): [.endFailed(92, .gangTooLarge(asked: size + 1, size: size)), .forget(92)]
        case .submitted(93, _): [.endFailed(93, .gangTooLarge(asked: 0, size: size)), .forget(93)]
        default: table.first { $0.event == event }?.actions ?? []
        }
    }
}
