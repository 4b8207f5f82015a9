// SPDX-License-Identifier: Apache-2.0
// The dispatcher's records: events in, effects out, nothing performed.

/// The scheduler and what belongs to its tasks: who waits for them, and what workers answered.
///
/// A value without threads or I/O: ``Dispatcher`` feeds it and performs its effects.
struct DispatchCore {
    /// What is held of a submission until no worker has it any more.
    struct Entry: Sendable {
        let submission: Submission
        /// The first answer; there is no other but from the members of a gang.
        var answer: (worker: WorkerID, outcome: TaskOutcome)?
        var furtherAnswers: [(worker: WorkerID, outcome: TaskOutcome)] = []

        /// What a worker has answered.
        func outcome(of worker: WorkerID) -> TaskOutcome? {
            if let answer, answer.worker == worker, furtherAnswers.isEmpty { return answer.outcome }
            return furtherAnswers.last { $0.worker == worker }?.outcome
                ?? (answer?.worker == worker ? answer?.outcome : nil)
        }
    }

    var machine: SchedulerStateMachine
    var entries = DenseTable<TaskID, Entry>()
    var effects: [DispatchEffect] = []
    /// Bytes of submissions that were forgotten, for the admission of others.
    var released: [Int] = []
    private var jobOf: [WorkerID: JobID] = [:]
    /// Workers of jobs that initialise MPI and have not said that they have.
    private var unprepared: [JobID: Set<WorkerID>] = [:]
    /// Why the pool does not work, where it does not.
    var failure: ExecutorError?
    private var isBroken = false
    private var isDrained = false
    private(set) var drainWaiters: [CheckedContinuation<Void, Never>] = []
    var clients: [UInt32: DispatchClient] = [:]
    /// An empty array with storage for events.
    var spareEvents: [DispatchEvent] = []
    var bootWaiters: [BootWaiter] = []

    init(machine: SchedulerStateMachine) {
        self.machine = machine
    }

    /// What the events so far want done, and the sizes of the submissions that were forgotten; both arrays are empty.
    mutating func takeEffects(_ effects: inout [DispatchEffect], _ released: inout [Int]) {
        swap(&self.effects, &effects)
        swap(&self.released, &released)
    }

    /// Takes the storage of arrays back whose elements were performed.
    mutating func takeBack(_ effects: inout [DispatchEffect], _ released: inout [Int]) {
        effects.removeAll(keepingCapacity: true)
        released.removeAll(keepingCapacity: true)
        if self.effects.capacity == 0 { swap(&self.effects, &effects) }
        if self.released.capacity == 0 { swap(&self.released, &released) }
    }

    /// Takes one event in.
    mutating func handle(_ event: DispatchEvent) {
        switch event {
        case .submitted(let task, let request, let submission):
            guard isWelcome(submission) else { return }
            entries[task] = Entry(submission: submission)
            if let deadline = submission.deadline { effects.append(.armDeadline(task, deadline)) }
            add(machine.submitted(task, request))
        case .cancelRequested(let task): add(machine.cancelRequested(task))
        case .deadlinePassed(let task): add(machine.deadlinePassed(task))
        case .graceExpired(let task): add(machine.graceExpired(task))
        case .reports(let reports, let worker):
            for report in reports { handle(report, from: worker) }
        case .shutDown(let cancelPending, let waiter):
            add(machine.shutDown(cancelPending: cancelPending))
            if isDrained { effects.append(.drained([waiter])) } else { drainWaiters.append(waiter) }
        default:
            handleClient(event)
        }
        if machine.isBroken && !isBroken { giveUp() }
        if !bootWaiters.isEmpty { answerBootWaiters() }
    }

    mutating func handlePool(_ event: DispatchEvent) {
        switch event {
        case .workerJoined(let worker, let job, let isGangOnly):
            jobOf[worker] = job
            for client in clients.values where client.initializer != nil && client.record.failure == nil {
                effects.append(.command(.initialize(client), worker))
            }
            add(machine.workerJoined(worker, job, isGangOnly: isGangOnly))
        case .jobComplete(let job, let isCollective):
            add(machine.jobComplete(job, isCollective: isCollective))
        case .poolFailed(let reason):
            failure = reason
            if !isBroken { giveUp() }
        case .jobFailed(let reason):
            failure = reason
            add(machine.jobFailed(), reason)
        case .collectiveTimedOut(let job):
            guard unprepared.removeValue(forKey: job) != nil else { return }
            failure = ExecutorError(
                .bootTimedOut, "the workers did not initialise MPI within the boot deadline")
            add(machine.collectiveFailed(job))
        case .workerLost(let worker, let blame, let error):
            // A job that loses a worker before all have initialised MPI never does.
            if let job = jobOf.removeValue(forKey: worker), unprepared[job]?.contains(worker) == true {
                unprepared[job] = nil
            }
            let before = failure
            failure = error
            noteLoss(of: worker, blame, error)
            add(machine.workerLost(worker, blame), error)
            if !machine.isBroken { failure = before }
        default:
            break
        }
    }

    private mutating func handle(_ report: WorkerReport, from worker: WorkerID) {
        switch report {
        case .started(let task):
            add(machine.started(task, worker))
        case .dropped(let task):
            add(machine.answered(task, worker, .dropped))
        case .answered(let task, let outcome, let microseconds):
            if entries[task]?.answer == nil {
                entries[task]?.answer = (worker, outcome)
            } else {
                entries[task]?.furtherAnswers.append((worker, outcome))
            }
            var answer = TaskAnswer.returned
            if case .failure = outcome { answer = .threw }
            add(machine.answered(task, worker, answer, microseconds: microseconds))
        case .progress(let task, let progress):
            if let submission = entries[task]?.submission { effects.append(.report(submission, progress)) }
        case .initialized(let client):
            clients[client]?.record.initialized.insert(worker)
        case .initializerFailed(let client, let error):
            fail(
                clients[client],
                ExecutorError(
                    .initializerFailed,
                    "the initializer failed on \(worker), so the executor can't run tasks: \(error)", cause: error))
        case .collectivePrepared:
            guard let job = jobOf[worker], unprepared[job]?.remove(worker) != nil, unprepared[job]?.isEmpty == true
            else { return }
            unprepared[job] = nil
            add(machine.collectiveReady(job))
        case .collectiveFailed(let reason):
            guard let job = jobOf[worker], unprepared.removeValue(forKey: job) != nil else { return }
            failure = ExecutorError(.launchFailed, "MPI could not be initialised: \(reason)")
            add(machine.collectiveFailed(job))
        }
    }

    /// The scheduler has no workers and hopes for none: everything ends, for the reason at hand.
    private mutating func giveUp() {
        isBroken = true
        add(machine.broke(), failure)
    }

    /// Joins actions with what performing them needs.
    mutating func add(_ actions: [SchedulerAction], _ failure: ExecutorError? = nil) {
        for action in actions { add(action, failure) }
    }

    private mutating func add(_ action: SchedulerAction, _ failure: ExecutorError?) {
        switch action {
        case .send(let task, let worker):
            guard let submission = entries[task]?.submission else { return }
            effects.append(.command(.run(task, submission, nil), worker))
        case .startGang(let task, _, let members):
            guard let submission = entries[task]?.submission else { return }
            entries[task]?.answer = nil
            entries[task]?.furtherAnswers = []
            effects.append(.gang(task, submission, members))
        case .prepareCollective(let job):
            unprepared[job] = Set(jobOf.filter { $0.value == job }.keys)
            effects.append(.prepareCollective(job))
        case .cancel(let task, let worker): effects.append(.command(.cancel(task), worker))
        case .revoke(let task, let worker): effects.append(.command(.revoke(task), worker))
        case .abandonGang(let task, let worker): effects.append(.command(.abandon(task), worker))
        case .dismiss(let worker): effects.append(.command(.leave, worker))
        case .started(let task):
            if let submission = entries[task]?.submission { effects.append(.start(submission)) }
        case .armGrace(let task): effects.append(.armGrace(task))
        case .endWorker(let worker, _): effects.append(.endWorker(worker))
        case .requestJob: effects.append(.startJob)
        case .drained:
            isDrained = true
            effects.append(.drained(drainWaiters))
            drainWaiters = []
        case .endWithAnswer, .endCancelled, .endFailed, .forget: addEnd(action, failure)
        }
    }

    private mutating func addEnd(_ action: SchedulerAction, _ failure: ExecutorError?) {
        switch action {
        case .endWithAnswer(let task, let worker):
            guard let entry = entries[task], let outcome = entry.outcome(of: worker) else { return }
            effects.append(.end(entry.submission, outcome))
        case .endCancelled(let task):
            guard let submission = entries[task]?.submission else { return }
            effects.append(.end(submission, .failure(CancellationError())))
        case .endFailed(let task, let reason):
            guard let submission = entries[task]?.submission else { return }
            let clientFailure = submission.client.record.failure
            var error = reason.error(submission, reason == .initializerFailed ? clientFailure : self.failure)
            // What would bring the missing ranks matters less than that they are missing.
            if let failure, !reason.isGangTooLarge { error = failure }
            effects.append(.end(submission, .failure(error)))
        case .forget(let task):
            guard let entry = entries.removeValue(forKey: task) else { return }
            released.append(entry.submission.body.byteCount)
            release(entry.submission.client)
        default:
            break
        }
    }
}
