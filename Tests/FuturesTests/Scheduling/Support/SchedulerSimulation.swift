// SPDX-License-Identifier: Apache-2.0
// A pool that is all in memory: random users, workers, launchers and accidents drive one scheduler.

@testable import Futures

/// One random run; everything in it follows from its seed.
struct SchedulerSimulation {
    /// How wild the run is.
    struct Mix: Sendable {
        var size: Int
        var maximumDepth: Int
        var tasks: Int
        /// Out of a hundred.
        var gangs: Int
        var crashes: Int
        var losses: Int
        var cancellations: Int
        var deadlines: Int
        var jobFailures: Int
        var shutDowns: Int

        /// A mix that follows from a seed: some runs are calm, some are all accidents.
        init(random: inout SplitMix) {
            size = 1 + random.below(5)
            maximumDepth = 1 + random.below(4)
            tasks = 3 + random.below(25)
            gangs = random.pick([0, 10, 40, 80])
            crashes = random.pick([0, 0, 10, 30])
            losses = random.pick([0, 1, 4, 12])
            cancellations = random.pick([0, 2, 10])
            deadlines = random.pick([0, 5, 30])
            jobFailures = random.pick([0, 0, 10, 40])
            shutDowns = random.pick([0, 0, 2])
        }
    }

    /// A start of the launcher that is on its way.
    struct Launch {
        let job: JobID
        var missing: Int
    }

    var random: SplitMix
    let mix: Mix
    var machine: SchedulerStateMachine
    var checker: SchedulerChecker
    var workers: [WorkerID: SimulatedWorker] = [:]
    var launch: Launch?
    /// Workers of a job that have not said that they initialised MPI.
    var unprepared: [JobID: Set<WorkerID>] = [:]
    var behaviours: [TaskID: SimulatedBehaviour] = [:]
    var deadlines: Set<TaskID> = []
    var graces: [TaskID] = []
    /// Starts of gangs, and those in which a member has thrown, left or died: the others can't get on.
    var gangStarts = 0
    var brokenGangs: Set<Int> = []
    var answers: [TaskID: Set<WorkerID>] = [:]
    var submitted = 0
    var nextWorker = 0
    var nextJob = 0
    /// After a while nothing new happens to the pool, and what is there must come to its end.
    var isCalm = false
    var steps = 0
    var history: [(event: SchedulerEvent, actions: [SchedulerAction])] = []

    init(seed: UInt64) {
        random = SplitMix(seed: seed)
        mix = Mix(random: &random)
        machine = SchedulerStateMachine(size: mix.size, maximumDepth: mix.maximumDepth)
        checker = SchedulerChecker(size: mix.size, maximumDepth: mix.maximumDepth)
    }

    /// Runs until everything has ended; says what was wrong, or `nil`.
    mutating func run() -> String? {
        if random.percent(30) { feed(.bootRequested) }
        while checker.violations.isEmpty {
            steps += 1
            if steps > 400 { isCalm = true }
            if submitted == mix.tasks && machine.liveTaskCount == 0 { break }
            if steps > 20_000 { return report("no end in sight") }
            if !step() { return report("nothing can happen any more") }
        }
        if checker.violations.isEmpty {
            feed(.shutDown(cancelPending: false))
            if checker.endedCount != mix.tasks { return report("\(checker.endedCount) of \(mix.tasks) tasks ended") }
        }
        return checker.violations.isEmpty ? nil : report(checker.violations.joined(separator: "; "))
    }

    private func report(_ what: String) -> String {
        "\(what)\n\(mix)\n" + history.suffix(60).map { "\($0.event) -> \($0.actions)" }.joined(separator: "\n")
    }

    /// Feeds an event and performs the actions in their order.
    mutating func feed(_ event: SchedulerEvent) {
        let actions = machine.handle(event)
        history.append((event, actions))
        checker.observe(event, actions, machine)
        for action in actions { perform(action) }
    }

    private mutating func perform(_ action: SchedulerAction) {
        switch action {
        case .send(let task, let worker): workers[worker]?.inbox.append(.run(task, gang: nil))
        case .startGang(let task, _, let members):
            gangStarts += 1
            for member in members { workers[member]?.inbox.append(.run(task, gang: gangStarts)) }
        case .prepareCollective(let job):
            let ranks = workers.filter { $0.value.job == job }.keys
            unprepared[job] = Set(ranks)
            for worker in ranks { workers[worker]?.inbox.append(.prepareCollective) }
        case .cancel(let task, let worker): workers[worker]?.inbox.append(.cancel(task))
        case .revoke(let task, let worker): workers[worker]?.inbox.append(.revoke(task))
        case .abandonGang(let task, let worker): workers[worker]?.inbox.append(.abandon(task))
        case .dismiss(let worker): workers[worker]?.inbox.append(.leave)
        case .armGrace(let task): graces.append(task)
        case .endWorker(let worker, _): workers[worker]?.isKilled = true
        case .requestJob:
            launch = Launch(job: JobID(nextJob), missing: mix.size)
            nextJob += 1
        case .endWithAnswer(let task, let worker):
            if answers[task]?.contains(worker) != true { checker.fail("\(worker) has not answered for \(task)") }
        case .forget(let task): deadlines.remove(task)
        case .started, .endCancelled, .endFailed, .drained: break
        }
    }
}
