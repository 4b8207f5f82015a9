// SPDX-License-Identifier: Apache-2.0
// Every event in every state of an ordinary task.

@testable import Futures

extension SchedulerScene {
    static let singles: [SchedulerScene] = [
        queued, notBegun, begun, prefetched, revoking, cancelled, ended, endedPrefetched, ending, forgotten,
    ]

    static let queued = SchedulerScene(
        name: "queued behind two that run", depth: 1,
        history: pool + [.submitted(1, TaskRequest()), .submitted(2, TaskRequest()), .submitted(3, TaskRequest())],
        subject: 3,
        table: [
            (.cancelRequested(3), [.endCancelled(3), .forget(3)]),
            (.deadlinePassed(3), [.endFailed(3, .deadlineExceeded), .forget(3)]),
            (.answered(1, 0, .returned), [.endWithAnswer(1, of: 0), .forget(1), .send(3, 0)]),
            (.workerLost(0, .known(3)), [.requestJob]),
            (.workerLost(0, .known(nil)), [.requestJob]),
            (.workerLost(0, .unknown), [.endFailed(1, .workerLost(0)), .forget(1), .requestJob]),
            (.workerLost(1, .known(nil)), [.requestJob]),
            (.workerLost(1, .unknown), [.endFailed(2, .workerLost(1)), .forget(2), .requestJob]),
            (.workerJoined(9, 1), [.send(3, 9)]),
            (.jobComplete(1), [.requestJob]),
            (.shutDown(cancelPending: true), [.revoke(1, 0), .revoke(2, 1), .endCancelled(3), .forget(3)]),
            (
                .broke,
                [
                    .endFailed(1, .broken), .forget(1), .endFailed(2, .broken), .forget(2), .endFailed(3, .broken),
                    .forget(3),
                ]
            ),
        ])

    static let notBegun = SchedulerScene(
        name: "sent, not begun", history: pool + [.submitted(1, TaskRequest())], subject: 1,
        table: [
            (.submitted(90, TaskRequest()), [.send(90, 1)]),
            (.submitted(91, TaskRequest(gang: 2)), [.prepareCollective(0)]),
            (.cancelRequested(1), [.cancel(1, 0)]),
            (.deadlinePassed(1), [.endFailed(1, .deadlineExceeded), .cancel(1, 0), .armGrace(1)]),
            (.started(1, 0), [.started(1)]),
            (.answered(1, 0, .returned), [.endWithAnswer(1, of: 0), .forget(1)]),
            (.answered(1, 0, .threw), [.endWithAnswer(1, of: 0), .forget(1)]),
            (.answered(1, 0, .dropped), [.send(1, 0)]),
            (.workerLost(0, .known(1)), [.endFailed(1, .workerLost(0)), .forget(1), .requestJob]),
            (.workerLost(0, .known(nil)), [.requestJob, .send(1, 1)]),
            (.workerLost(0, .unknown), [.endFailed(1, .workerLost(0)), .forget(1), .requestJob]),
            (.workerLost(1, .known(nil)), [.requestJob]),
            (.workerLost(1, .unknown), [.requestJob]),
            (.jobComplete(1), [.requestJob]),
            (.shutDown(cancelPending: true), [.revoke(1, 0)]),
            (.broke, [.endFailed(1, .broken), .forget(1)]),
        ])

    static let begun = SchedulerScene(
        name: "begun, with a retry left",
        history: pool + [.submitted(1, TaskRequest(retries: 1)), .started(1, 0)], subject: 1,
        table: [
            (.submitted(90, TaskRequest()), [.send(90, 1)]),
            (.submitted(91, TaskRequest(gang: 2)), [.prepareCollective(0)]),
            (.cancelRequested(1), [.cancel(1, 0)]),
            (.deadlinePassed(1), [.endFailed(1, .deadlineExceeded), .cancel(1, 0), .armGrace(1)]),
            (.answered(1, 0, .returned), [.endWithAnswer(1, of: 0), .forget(1)]),
            (.answered(1, 0, .threw), [.endWithAnswer(1, of: 0), .forget(1)]),
            (.answered(1, 0, .dropped), [.send(1, 0)]),
            (.workerLost(0, .known(1)), [.requestJob, .send(1, 1)]),
            (.workerLost(0, .known(nil)), [.requestJob, .send(1, 1)]),
            (.workerLost(0, .unknown), [.requestJob, .send(1, 1)]),
            (.workerLost(1, .known(nil)), [.requestJob]),
            (.workerLost(1, .unknown), [.requestJob]),
            (.jobComplete(1), [.requestJob]),
            (.broke, [.endFailed(1, .broken), .forget(1)]),
        ])

    /// Worker 0 runs task 1 and has task 3 behind it; worker 1 runs task 2.
    private static let prefetching: [SchedulerEvent] =
        pool + [
            .submitted(1, TaskRequest()), .submitted(2, TaskRequest()), .submitted(3, TaskRequest()), .started(1, 0),
        ]

    static let prefetched = SchedulerScene(
        name: "prefetched", history: prefetching, subject: 3,
        table: [
            (.submitted(90, TaskRequest()), [.send(90, 1)]),
            (.submitted(91, TaskRequest(gang: 2)), [.prepareCollective(0), .revoke(3, 0)]),
            (.cancelRequested(3), [.cancel(3, 0)]),
            (.deadlinePassed(3), [.endFailed(3, .deadlineExceeded), .cancel(3, 0), .armGrace(3)]),
            (.started(3, 0), [.started(3)]),
            (.answered(3, 0, .returned), [.endWithAnswer(3, of: 0), .forget(3)]),
            (.answered(3, 0, .threw), [.endWithAnswer(3, of: 0), .forget(3)]),
            (.answered(3, 0, .dropped), [.send(3, 0)]),
            (.answered(2, 1, .returned), [.endWithAnswer(2, of: 1), .forget(2), .revoke(3, 0)]),
            (.workerLost(0, .known(1)), [.endFailed(1, .workerLost(0)), .forget(1), .requestJob, .send(3, 1)]),
            (.workerLost(0, .known(3)), [.endFailed(3, .workerLost(0)), .forget(3), .requestJob, .send(1, 1)]),
            (.workerLost(0, .known(nil)), [.requestJob, .send(1, 1)]),
            (.workerLost(0, .unknown), [.endFailed(1, .workerLost(0)), .forget(1), .requestJob, .send(3, 1)]),
            (.workerLost(1, .known(nil)), [.requestJob]),
            (.workerLost(1, .unknown), [.endFailed(2, .workerLost(1)), .forget(2), .requestJob]),
            (.workerJoined(9, 1), [.revoke(3, 0)]),
            (.jobComplete(1), [.requestJob]),
            (.shutDown(cancelPending: true), [.revoke(2, 1), .revoke(3, 0)]),
            (
                .broke,
                [
                    .endFailed(1, .broken), .forget(1), .endFailed(2, .broken), .forget(2), .endFailed(3, .broken),
                    .forget(3),
                ]
            ),
        ])

    static let revoking = SchedulerScene(
        name: "prefetched, asked back", history: prefetching + [.answered(2, 1, .returned)], subject: 3,
        table: [
            (.submitted(90, TaskRequest()), [.send(90, 1)]),
            (.submitted(91, TaskRequest(gang: 2)), [.prepareCollective(0)]),
            (.cancelRequested(3), [.cancel(3, 0)]),
            (.deadlinePassed(3), [.endFailed(3, .deadlineExceeded), .cancel(3, 0), .armGrace(3)]),
            // The worker had begun it when the question came.
            (.started(3, 0), [.started(3)]),
            (.answered(3, 0, .returned), [.endWithAnswer(3, of: 0), .forget(3)]),
            (.answered(3, 0, .threw), [.endWithAnswer(3, of: 0), .forget(3)]),
            (.answered(3, 0, .dropped), [.send(3, 1)]),
            (.workerLost(0, .known(3)), [.endFailed(3, .workerLost(0)), .forget(3), .requestJob, .send(1, 1)]),
            (.workerLost(0, .known(nil)), [.requestJob, .send(1, 1), .send(3, 1)]),
            (.workerLost(0, .unknown), [.endFailed(1, .workerLost(0)), .forget(1), .requestJob, .send(3, 1)]),
            (.workerLost(1, .known(nil)), [.requestJob]),
            (.workerLost(1, .unknown), [.requestJob]),
            (.jobComplete(1), [.requestJob]),
            (.broke, [.endFailed(1, .broken), .forget(1), .endFailed(3, .broken), .forget(3)]),
        ])

    static let cancelled = SchedulerScene(
        name: "begun and cancelled, with a retry left",
        history: pool + [.submitted(1, TaskRequest(retries: 1)), .started(1, 0), .cancelRequested(1)], subject: 1,
        table: [
            (.submitted(90, TaskRequest()), [.send(90, 1)]),
            (.submitted(91, TaskRequest(gang: 2)), [.prepareCollective(0)]),
            (.deadlinePassed(1), [.endFailed(1, .deadlineExceeded), .cancel(1, 0), .armGrace(1)]),
            (.answered(1, 0, .returned), [.endWithAnswer(1, of: 0), .forget(1)]),
            (.answered(1, 0, .threw), [.endWithAnswer(1, of: 0), .forget(1)]),
            (.answered(1, 0, .dropped), [.endCancelled(1), .forget(1)]),
            (.workerLost(0, .known(1)), [.endCancelled(1), .forget(1), .requestJob]),
            (.workerLost(0, .known(nil)), [.endCancelled(1), .forget(1), .requestJob]),
            (.workerLost(0, .unknown), [.endCancelled(1), .forget(1), .requestJob]),
            (.workerLost(1, .known(nil)), [.requestJob]),
            (.workerLost(1, .unknown), [.requestJob]),
            (.jobComplete(1), [.requestJob]),
            (.broke, [.endFailed(1, .broken), .forget(1)]),
        ])

    static let ended = SchedulerScene(
        name: "begun, its deadline passed",
        history: pool + [.submitted(1, TaskRequest(retries: 1)), .started(1, 0), .deadlinePassed(1)], subject: 1,
        table: [
            (.submitted(90, TaskRequest()), [.send(90, 1)]),
            (.submitted(91, TaskRequest(gang: 2)), [.prepareCollective(0)]),
            (.graceExpired(1), [.endWorker(0, 1)]),
            (.answered(1, 0, .returned), [.forget(1)]),
            (.answered(1, 0, .threw), [.forget(1)]),
            (.answered(1, 0, .dropped), [.forget(1)]),
            (.workerLost(0, .known(1)), [.forget(1), .requestJob]),
            (.workerLost(0, .known(nil)), [.forget(1), .requestJob]),
            (.workerLost(0, .unknown), [.forget(1), .requestJob]),
            (.workerLost(1, .known(nil)), [.requestJob]),
            (.workerLost(1, .unknown), [.requestJob]),
            (.jobComplete(1), [.requestJob]),
            (.broke, [.forget(1)]),
        ])

    static let endedPrefetched = SchedulerScene(
        name: "prefetched, its deadline passed", history: prefetching + [.deadlinePassed(3)], subject: 3,
        table: [
            (.submitted(90, TaskRequest()), [.send(90, 1)]),
            (.submitted(91, TaskRequest(gang: 2)), [.prepareCollective(0)]),
            // The worker runs task 1, which must not pay for this one.
            (.graceExpired(3), [.armGrace(3)]),
            (.answered(3, 0, .returned), [.forget(3)]),
            (.answered(3, 0, .threw), [.forget(3)]),
            (.answered(3, 0, .dropped), [.forget(3)]),
            (.workerLost(0, .known(3)), [.forget(3), .requestJob, .send(1, 1)]),
            (.workerLost(0, .known(nil)), [.forget(3), .requestJob, .send(1, 1)]),
            (.workerLost(0, .unknown), [.endFailed(1, .workerLost(0)), .forget(1), .forget(3), .requestJob]),
            (.workerLost(1, .known(nil)), [.requestJob]),
            (.workerLost(1, .unknown), [.endFailed(2, .workerLost(1)), .forget(2), .requestJob]),
            (.jobComplete(1), [.requestJob]),
            (.shutDown(cancelPending: true), [.revoke(2, 1)]),
            (
                .broke,
                [.endFailed(1, .broken), .forget(1), .endFailed(2, .broken), .forget(2), .forget(3)]
            ),
        ])

    static let ending = SchedulerScene(
        name: "prefetched by a worker that is being ended",
        history: prefetching + [.deadlinePassed(1), .graceExpired(1)], subject: 3,
        table: [
            (.submitted(90, TaskRequest()), [.send(90, 1)]),
            (.submitted(91, TaskRequest(gang: 2)), [.prepareCollective(0)]),
            (.cancelRequested(3), [.cancel(3, 0)]),
            (.deadlinePassed(3), [.endFailed(3, .deadlineExceeded), .cancel(3, 0), .armGrace(3)]),
            (.answered(1, 0, .threw), [.forget(1)]),
            (.started(3, 0), [.started(3)]),
            (.answered(3, 0, .returned), [.endWithAnswer(3, of: 0), .forget(3)]),
            (.answered(3, 0, .threw), [.endWithAnswer(3, of: 0), .forget(3)]),
            (.answered(3, 0, .dropped), [.send(3, 1)]),
            // The process was ended from here: nobody is to blame.
            (.workerLost(0, .known(3)), [.forget(1), .requestJob, .send(3, 1)]),
            (.workerLost(0, .known(nil)), [.forget(1), .requestJob, .send(3, 1)]),
            (.workerLost(0, .unknown), [.forget(1), .requestJob, .send(3, 1)]),
            (.workerLost(1, .known(nil)), [.requestJob]),
            (.workerLost(1, .unknown), [.endFailed(2, .workerLost(1)), .forget(2), .requestJob]),
            (.jobComplete(1), [.requestJob]),
            (.shutDown(cancelPending: true), [.revoke(2, 1), .revoke(3, 0)]),
            (
                .broke,
                [.forget(1), .endFailed(2, .broken), .forget(2), .endFailed(3, .broken), .forget(3)]
            ),
        ])

    static let forgotten = SchedulerScene(
        name: "forgotten", history: pool + [.submitted(1, TaskRequest()), .answered(1, 0, .returned)], subject: 1,
        table: [
            (.submitted(90, TaskRequest()), [.send(90, 0)]),
            (.submitted(91, TaskRequest(gang: 2)), [.prepareCollective(0)]),
            (.workerLost(0, .known(1)), [.requestJob]),
            (.workerLost(0, .known(nil)), [.requestJob]),
            (.workerLost(0, .unknown), [.requestJob]),
            (.workerLost(1, .known(nil)), [.requestJob]),
            (.workerLost(1, .unknown), [.requestJob]),
            (.jobComplete(1), [.requestJob]),
            (.shutDown(cancelPending: true), [.drained]),
            (.shutDown(cancelPending: false), [.drained]),
        ])
}
