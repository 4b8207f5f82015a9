// SPDX-License-Identifier: Apache-2.0
// Every event in every state of a collective task.

@testable import Futures

extension SchedulerScene {
    static let gangs: [SchedulerScene] = [
        parked, short, waitingForMember, waitingForMPI, running, halfAnswered, restarting, thrown,
    ]

    static let parked = SchedulerScene(
        name: "parked until another job is there",
        history: pool + [.submitted(1, TaskRequest(gang: 2)), .workerLost(1, .known(nil))], subject: 1,
        table: [
            (.submitted(90, TaskRequest()), [.send(90, 0)]),
            (.cancelRequested(1), [.endCancelled(1), .forget(1)]),
            (.deadlinePassed(1), [.endFailed(1, .deadlineExceeded), .forget(1)]),
            (.jobComplete(1), [.requestJob]),
            (.jobFailed, [.endFailed(1, .collectiveFailed(0)), .forget(1)]),
            (.shutDown(cancelPending: true), [.endCancelled(1), .forget(1), .drained]),
            (.broke, [.endFailed(1, .broken), .forget(1)]),
        ])

    /// MPI is initialised, gang 1 runs on worker 0.
    private static let oneRuns: [SchedulerEvent] =
        pool + [.submitted(1, TaskRequest(gang: 1)), .collectiveReady(0)]

    static let short = SchedulerScene(
        name: "has one member, the other is in a gang",
        history: oneRuns + [.submitted(2, TaskRequest(gang: 2))], subject: 2, holder: 1, other: 0,
        table: [
            (.cancelRequested(2), [.endCancelled(2), .forget(2)]),
            (.deadlinePassed(2), [.endFailed(2, .deadlineExceeded), .forget(2)]),
            (.answered(1, 0, .returned), [.endWithAnswer(1, of: 0), .forget(1), .startGang(2, 0, [0, 1])]),
            (.workerLost(1, .known(2)), [.requestJob]),
            (.workerLost(1, .known(nil)), [.requestJob]),
            (.workerLost(1, .unknown), [.requestJob]),
            // Gang 1 was not begun: it has another start; gang 2 can't be served here any more and lets it pass.
            (.workerLost(0, .known(nil)), [.requestJob, .startGang(1, 0, [1])]),
            (.workerLost(0, .unknown), [.endFailed(1, .workerLost(0)), .forget(1), .requestJob]),
            (.jobComplete(1), [.requestJob]),
            (.shutDown(cancelPending: true), [.endCancelled(2), .forget(2)]),
            (.broke, [.endFailed(1, .broken), .forget(1), .endFailed(2, .broken), .forget(2)]),
        ])

    static let waitingForMember = SchedulerScene(
        name: "has its members, one of them is busy",
        history: oneRuns + [
            .answered(1, 0, .returned), .submitted(2, TaskRequest()), .started(2, 0),
            .submitted(3, TaskRequest(gang: 2)),
        ], subject: 3,
        table: [
            (.cancelRequested(3), [.endCancelled(3), .forget(3)]),
            (.deadlinePassed(3), [.endFailed(3, .deadlineExceeded), .forget(3)]),
            (.answered(2, 0, .returned), [.endWithAnswer(2, of: 0), .forget(2), .startGang(3, 0, [0, 1])]),
            (.workerLost(0, .known(2)), [.endFailed(2, .workerLost(0)), .forget(2), .requestJob]),
            (.workerLost(0, .known(3)), [.requestJob, .send(2, 1)]),
            (.workerLost(0, .known(nil)), [.requestJob, .send(2, 1)]),
            (.workerLost(0, .unknown), [.endFailed(2, .workerLost(0)), .forget(2), .requestJob]),
            (.workerLost(1, .known(nil)), [.requestJob]),
            (.workerLost(1, .unknown), [.requestJob]),
            (.jobComplete(1), [.requestJob]),
            (.shutDown(cancelPending: true), [.endCancelled(3), .forget(3)]),
            (.broke, [.endFailed(2, .broken), .forget(2), .endFailed(3, .broken), .forget(3)]),
        ])

    static let waitingForMPI = SchedulerScene(
        name: "has its members, MPI is not ready", history: pool + [.submitted(1, TaskRequest(gang: 2))], subject: 1,
        table: [
            (.cancelRequested(1), [.endCancelled(1), .forget(1)]),
            (.deadlinePassed(1), [.endFailed(1, .deadlineExceeded), .forget(1)]),
            (.workerLost(0, .known(1)), [.requestJob]),
            (.workerLost(0, .known(nil)), [.requestJob]),
            (.workerLost(0, .unknown), [.requestJob]),
            (.workerLost(1, .known(nil)), [.requestJob]),
            (.workerLost(1, .unknown), [.requestJob]),
            (.jobComplete(1), [.requestJob]),
            (.collectiveReady(0), [.startGang(1, 0, [0, 1])]),
            (.collectiveFailed(0), [.endFailed(1, .collectiveFailed(0)), .forget(1), .requestJob]),
            (.shutDown(cancelPending: true), [.endCancelled(1), .forget(1), .drained]),
            (.broke, [.endFailed(1, .broken), .forget(1)]),
        ])

    private static let bothRun: [SchedulerEvent] =
        pool + [.submitted(1, TaskRequest(gang: 2)), .collectiveReady(0)]

    static let running = SchedulerScene(
        name: "runs, nobody has answered", history: bothRun, subject: 1,
        table: [
            (.cancelRequested(1), [.endCancelled(1), .cancel(1, 0), .cancel(1, 1), .armGrace(1)]),
            (
                .deadlinePassed(1),
                [.endFailed(1, .deadlineExceeded), .cancel(1, 0), .cancel(1, 1), .armGrace(1)]
            ),
            (.started(1, 0), [.started(1)]),
            (.started(1, 1), [.started(1)]),
            (.answered(1, 0, .threw), [.endWithAnswer(1, of: 0), .abandonGang(1, 1), .armGrace(1)]),
            (.answered(1, 0, .dropped), [.endCancelled(1), .abandonGang(1, 1), .armGrace(1)]),
            (
                .workerLost(0, .known(1)),
                [.endFailed(1, .workerLost(0)), .abandonGang(1, 1), .armGrace(1), .requestJob]
            ),
            (.workerLost(0, .known(nil)), [.abandonGang(1, 1), .armGrace(1), .requestJob]),
            (
                .workerLost(0, .unknown),
                [.endFailed(1, .workerLost(0)), .abandonGang(1, 1), .armGrace(1), .requestJob]
            ),
            (.workerLost(1, .known(nil)), [.abandonGang(1, 0), .armGrace(1), .requestJob]),
            (
                .workerLost(1, .unknown),
                [.endFailed(1, .workerLost(1)), .abandonGang(1, 0), .armGrace(1), .requestJob]
            ),
            (.jobComplete(1), [.requestJob]),
            (.broke, [.endFailed(1, .broken), .forget(1)]),
        ])

    static let halfAnswered = SchedulerScene(
        name: "runs, one member has returned", history: bothRun + [.answered(1, 0, .returned)], subject: 1, holder: 1,
        other: 0,
        table: [
            (.submitted(90, TaskRequest()), [.send(90, 0)]),
            (.cancelRequested(1), [.endCancelled(1), .cancel(1, 1), .armGrace(1)]),
            (.deadlinePassed(1), [.endFailed(1, .deadlineExceeded), .cancel(1, 1), .armGrace(1)]),
            (.started(1, 1), [.started(1)]),
            (.answered(1, 1, .returned), [.endWithAnswer(1, of: 0), .forget(1)]),
            (.answered(1, 1, .threw), [.endWithAnswer(1, of: 1), .forget(1)]),
            (.answered(1, 1, .dropped), [.endCancelled(1), .forget(1)]),
            (.workerLost(1, .known(1)), [.endFailed(1, .workerLost(1)), .forget(1), .requestJob]),
            (.workerLost(1, .known(nil)), [.requestJob]),
            (.workerLost(1, .unknown), [.endFailed(1, .workerLost(1)), .forget(1), .requestJob]),
            (.workerLost(0, .known(nil)), [.requestJob]),
            (.workerLost(0, .unknown), [.requestJob]),
            (.jobComplete(1), [.requestJob]),
            (.broke, [.endFailed(1, .broken), .forget(1)]),
        ])

    static let restarting = SchedulerScene(
        name: "starts again when the last member has left",
        history: pool + [
            .submitted(1, TaskRequest(gang: 2, retries: 1)), .collectiveReady(0), .workerLost(0, .known(1)),
        ], subject: 1, holder: 1, other: 0,
        table: [
            (.cancelRequested(1), [.endCancelled(1), .cancel(1, 1), .armGrace(1)]),
            (.deadlinePassed(1), [.endFailed(1, .deadlineExceeded), .cancel(1, 1), .armGrace(1)]),
            (.graceExpired(1), [.endWorker(1, 1)]),
            (.started(1, 1), [.started(1)]),
            (.jobComplete(1), [.requestJob]),
            (.broke, [.endFailed(1, .broken), .forget(1)]),
        ])

    static let thrown = SchedulerScene(
        name: "one member threw, the other has not left", history: bothRun + [.answered(1, 0, .threw)], subject: 1,
        holder: 1, other: 0,
        table: [
            (.submitted(90, TaskRequest()), [.send(90, 0)]),
            (.graceExpired(1), [.endWorker(1, 1)]),
            (.answered(1, 1, .returned), [.forget(1)]),
            (.answered(1, 1, .threw), [.forget(1)]),
            (.answered(1, 1, .dropped), [.forget(1)]),
            (.workerLost(1, .known(1)), [.forget(1), .requestJob]),
            (.workerLost(1, .known(nil)), [.forget(1), .requestJob]),
            (.workerLost(1, .unknown), [.forget(1), .requestJob]),
            (.workerLost(0, .known(nil)), [.requestJob]),
            (.workerLost(0, .unknown), [.requestJob]),
            (.jobComplete(1), [.requestJob]),
            (.broke, [.forget(1)]),
        ])
}
