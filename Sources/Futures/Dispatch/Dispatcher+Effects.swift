// SPDX-License-Identifier: Apache-2.0
// How the dispatcher performs what the scheduler wants done.

import Synchronization

extension Dispatcher {
    /// Feeds an event to the scheduler and performs what it wants done.
    func event(failure: ExecutorError? = nil, _ body: (inout State) -> [SchedulerAction]) {
        var batch = state.withLock { state -> [Effect]? in
            let actions = body(&state)
            for action in actions { prepare(action, failure, &state) }
            return Self.takeEffects(&state, unlessPerforming: true)
        }
        guard batch != nil else { return }
        while let effects = batch {
            for effect in effects { perform(effect) }
            batch = state.withLock { Self.takeEffects(&$0, unlessPerforming: false) }
        }
        pool.flush()
    }

    /// Takes what is to be performed; `nil` where there is nothing or another thread is at it.
    private static func takeEffects(_ state: inout State, unlessPerforming: Bool) -> [Effect]? {
        if unlessPerforming && state.isPerforming { return nil }
        state.isPerforming = !state.effects.isEmpty
        guard state.isPerforming else { return nil }
        defer { state.effects = [] }
        return state.effects
    }

    /// Joins an action with what performing it needs, while the records are at hand.
    private func prepare(_ action: SchedulerAction, _ failure: ExecutorError?, _ state: inout State) {
        switch action {
        case .send(let task, let worker):
            guard let submission = state.entries[task]?.submission else { return }
            state.effects.append(.command(.run(task, submission, nil), worker))
        case .startGang(let task, _, let members):
            guard let submission = state.entries[task]?.submission else { return }
            state.entries[task]?.answers = []
            state.effects.append(.gang(task, submission, members))
        case .prepareCollective(let job):
            state.unprepared[job] = Set(state.jobOf.filter { $0.value == job }.keys)
            state.effects.append(.prepareCollective(job))
        case .cancel(let task, let worker):
            state.effects.append(.command(.cancel(task), worker))
        case .revoke(let task, let worker):
            state.effects.append(.command(.revoke(task), worker))
        case .abandonGang(let task, let worker):
            state.effects.append(.command(.abandon(task), worker))
        case .dismiss(let worker):
            state.effects.append(.command(.leave, worker))
        case .started(let task):
            if let submission = state.entries[task]?.submission { state.effects.append(.start(submission)) }
        case .armGrace(let task):
            state.effects.append(.armGrace(task))
        case .endWorker(let worker, _):
            state.effects.append(.endWorker(worker))
        case .requestJob:
            state.effects.append(.startJob)
        case .drained:
            state.isDrained = true
            state.effects.append(.drained(state.drainWaiters))
            state.drainWaiters = []
        case .endWithAnswer, .endCancelled, .endFailed, .forget:
            prepareEnd(action, failure, &state)
        }
    }

    private func prepareEnd(_ action: SchedulerAction, _ failure: ExecutorError?, _ state: inout State) {
        switch action {
        case .endWithAnswer(let task, let worker):
            guard let entry = state.entries[task],
                let answer = entry.answers.last(where: { $0.worker == worker })
            else { return }
            state.effects.append(.end(entry.submission, answer.outcome))
        case .endCancelled(let task):
            guard let submission = state.entries[task]?.submission else { return }
            state.effects.append(.end(submission, .failure(CancellationError())))
        case .endFailed(let task, let reason):
            guard let submission = state.entries[task]?.submission else { return }
            let error = failure ?? Self.error(for: reason, submission, state.brokenError)
            state.effects.append(.end(submission, .failure(error)))
        case .forget(let task):
            guard let entry = state.entries.removeValue(forKey: task) else { return }
            entry.deadline?.cancel()
            let admitted = state.admission.release(bytes: entry.submission.body.byteCount)
            let submitters = admitted.compactMap { state.submitters.removeValue(forKey: $0) }
            if !submitters.isEmpty { state.effects.append(.resume(submitters, admitted: true)) }
        default:
            break
        }
    }

    private func perform(_ effect: Effect) {
        switch effect {
        case .command(let command, let worker):
            pool.send(command, to: worker)
        case .gang(let task, let submission, let members):
            for (rank, member) in members.enumerated() {
                pool.send(.run(task, submission, GangSeat(rank: rank, members: members)), to: member)
            }
        case .start(let submission):
            submission.start()
        case .end(let submission, let outcome):
            submission.end(outcome)
        case .armGrace(let task):
            _ = after(grace) { dispatcher in
                dispatcher.event { $0.machine.graceExpired(task) }
            }
        case .prepareCollective(let job):
            pool.prepareCollective(job)
        case .endWorker(let worker):
            pool.end(worker)
        case .startJob:
            pool.startJob()
        case .resume(let submitters, let admitted):
            for submitter in submitters { submitter.resume(returning: admitted) }
        case .drained(let waiters):
            for waiter in waiters { waiter.resume() }
        }
    }
}
