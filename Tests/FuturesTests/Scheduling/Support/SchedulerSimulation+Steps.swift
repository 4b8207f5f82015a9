// SPDX-License-Identifier: Apache-2.0
// What can happen next in a simulated pool.

@testable import Futures

extension SchedulerSimulation {
    /// One thing that can happen.
    private enum Step {
        case submit, launch, deadline, grace
        case read(WorkerID), begin(WorkerID), finish(WorkerID), deliver(WorkerID), kill(WorkerID), bury(WorkerID)
    }

    /// Lets one thing happen; false where nothing can.
    mutating func step() -> Bool {
        if !isCalm && accident() { return true }
        var possible: [Step] = []
        if submitted < mix.tasks { possible += [.submit, .submit] }
        if launch != nil { possible += [.launch, .launch] }
        if !graces.isEmpty { possible.append(.grace) }
        for id in workers.keys.sorted() {
            guard let worker = workers[id] else { continue }
            if !worker.outbox.isEmpty { possible.append(.deliver(id)) }
            if worker.isDead {
                if worker.outbox.isEmpty { possible.append(.bury(id)) }
                continue
            }
            if worker.isKilled { possible.append(.kill(id)) }
            if !worker.inbox.isEmpty { possible.append(.read(id)) }
            if worker.running == nil, !worker.waiting.isEmpty { possible.append(.begin(id)) }
            if canFinish(worker) { possible.append(.finish(id)) }
        }
        // Deadlines are far away: they pass when nothing else is left to do, or now and then.
        if !deadlines.isEmpty && (possible.isEmpty || random.percent(3)) { possible.append(.deadline) }
        guard !possible.isEmpty else { return false }
        perform(random.pick(possible))
        return true
    }

    private mutating func perform(_ step: Step) {
        switch step {
        case .submit: submit()
        case .launch: advanceLaunch()
        case .deadline:
            let task = random.pick(deadlines.sorted())
            deadlines.remove(task)
            feed(.deadlinePassed(task))
        case .grace: feed(.graceExpired(graces.remove(at: random.below(graces.count))))
        case .read(let id): if workers[id]?.read() == true { workers[id]?.die() }
        case .begin(let id): workers[id]?.begin(reporting: random.percent(70))
        case .finish(let id): finish(id)
        case .deliver(let id): deliver(id)
        case .kill(let id): die(id)
        case .bury(let id): bury(id)
        }
    }

    /// Something that nobody planned; false where everything goes on as it should.
    private mutating func accident() -> Bool {
        let alive = workers.keys.sorted().filter { workers[$0]?.isDead == false }
        if !alive.isEmpty, random.below(400) < mix.losses {
            die(random.pick(alive))
            return true
        }
        if submitted > 0, random.below(300) < mix.cancellations {
            feed(.cancelRequested(TaskID(UInt64(random.below(submitted)))))
            return true
        }
        if let job = unprepared.keys.sorted().first, random.below(1000) < mix.jobFailures {
            unprepared[job] = nil
            feed(.collectiveFailed(job))
            return true
        }
        if random.below(3000) < mix.shutDowns {
            feed(.shutDown(cancelPending: random.percent(50)))
            return true
        }
        return false
    }

    private mutating func submit() {
        let task = TaskID(UInt64(submitted))
        submitted += 1
        var request = TaskRequest(priority: random.pick([0, 0, 0, 1, -1]), retries: random.pick([0, 0, 1, 2]))
        if random.percent(mix.gangs) { request.gang = random.percent(3) ? mix.size + 1 : 1 + random.below(mix.size) }
        var behaviour = SimulatedBehaviour.ends
        if random.percent(mix.crashes) { behaviour = .crashes }
        if random.percent(mix.deadlines) {
            behaviour = random.pick([.ends, .waitsForCancellation, .isStuck])
            deadlines.insert(task)
        }
        behaviours[task] = behaviour
        feed(.submitted(task, request))
    }

    private mutating func advanceLaunch() {
        guard var next = launch else { return }
        if !isCalm && random.below(300) < mix.jobFailures {
            launch = nil
            return feed(.jobFailed)
        }
        if next.missing == 0 {
            launch = nil
            return feed(.jobComplete(next.job))
        }
        next.missing -= 1
        launch = next
        if !isCalm && random.below(200) < mix.losses + mix.jobFailures { return }
        let worker = WorkerID(nextWorker)
        nextWorker += 1
        workers[worker] = SimulatedWorker(job: next.job)
        feed(.workerJoined(worker, next.job))
    }

    /// Whether what a worker runs can come to an end by itself.
    private func canFinish(_ worker: SimulatedWorker) -> Bool {
        guard let running = worker.running else { return false }
        switch behaviours[running.task] {
        case .ends: break
        case .crashes: return true
        case .waitsForCancellation: return running.isCancelled
        case .isStuck, nil: return false
        }
        guard let gang = running.gang else { return true }
        if running.isCancelled { return true }
        // A member can't get on without the others.
        return !brokenGangs.contains(gang)
    }

    private mutating func finish(_ id: WorkerID) {
        guard let running = workers[id]?.running else { return }
        if behaviours[running.task] == .crashes { return die(id) }
        let throwing = running.isCancelled ? random.percent(80) : random.percent(15)
        if throwing, let gang = running.gang { brokenGangs.insert(gang) }
        workers[id]?.finish(throwing ? .threw : .returned)
    }

    private mutating func die(_ id: WorkerID) {
        if let gang = workers[id]?.running?.gang { brokenGangs.insert(gang) }
        for (_, gang) in workers[id]?.waiting ?? [] { if let gang { brokenGangs.insert(gang) } }
        for case .run(_, let gang?) in workers[id]?.inbox ?? [] { brokenGangs.insert(gang) }
        workers[id]?.die()
    }

    private mutating func deliver(_ id: WorkerID) {
        guard let report = workers[id]?.outbox.removeFirst() else { return }
        switch report {
        case .started(let task): feed(.started(task, id))
        case .answered(let task, let answer):
            answers[task, default: []].insert(id)
            feed(.answered(task, id, answer))
        case .prepared:
            guard let job = workers[id]?.job, unprepared[job]?.remove(id) != nil, unprepared[job]?.isEmpty == true
            else { return }
            unprepared[job] = nil
            feed(.collectiveReady(job))
        }
    }

    /// The loss of a dead worker is noticed, after its last reports.
    private mutating func bury(_ id: WorkerID) {
        guard let worker = workers.removeValue(forKey: id) else { return }
        if unprepared[worker.job]?.contains(id) == true { unprepared[worker.job] = nil }
        feed(.workerLost(id, random.percent(70) ? .known(worker.diedIn) : .unknown))
    }
}
