// SPDX-License-Identifier: Apache-2.0
// An independent model of what the scheduler owes its users, fed with every event and every action.

@testable import Futures

/// Follows a scheduler from outside and writes down whatever it does wrong.
///
/// It knows nothing of queues and heaps: only who holds which task, what each event must therefore end, and what the
/// scheduler may send to whom. Ends, cancellations, graces and process ends are predicted exactly; who gets which task
/// is the scheduler's choice within the rules in `+Actions`.
struct SchedulerChecker {
    /// How a future ends.
    enum End: Equatable {
        case answer(WorkerID)
        case cancelled
        case failed(TaskFailure)
    }

    enum Holder: Equatable {
        case nobody
        case worker(WorkerID)
        case gang(JobID, [WorkerID], unanswered: Set<WorkerID>)
    }

    struct TaskModel {
        let request: TaskRequest
        var retries: Int
        var holder = Holder.nobody
        var hasEnded = false
        var isCancelled = false
        /// Cancelled where it comes back unbegun.
        var isUnwanted = false
        var hasBegun = false
        var isAnnounced = false
        var restarts = false
        /// A revoke or cancel is on its way to the worker that holds it.
        var isAsked = false

        var isWaiting: Bool { holder == .nobody && !hasEnded }
    }

    struct WorkerModel {
        let job: JobID
        var held: [TaskID] = []
        var gang: TaskID?
        var isDismissed = false
        var isEnding = false
    }

    enum Collective { case unprepared, preparing, ready, impossible }

    struct JobModel {
        var workers: Set<WorkerID> = []
        var collective = Collective.unprepared
        var isComplete = false
        var isRetiring = false
    }

    /// What an event must lead to.
    struct Expectation {
        var ends: [TaskID: End] = [:]
        /// Commands that are not the scheduler's choice, in order.
        var commands: [SchedulerAction] = []
    }

    let size: Int
    let maximumDepth: Int
    var tasks: [TaskID: TaskModel] = [:]
    var workers: [WorkerID: WorkerModel] = [:]
    var jobs: [JobID: JobModel] = [:]
    var isJobPending = false
    var isShutDown = false
    var isBroken = false
    var hasDrained = false
    var poorJobs = 0
    var failedInitialisations = 0
    /// Who was reserved for which waiting gang after the last event.
    var reserved: [WorkerID: TaskID] = [:]
    /// Ordinary tasks sent in answer to this event, and those that went to workers that were reserved before it.
    var sent: [TaskID] = []
    var sentToReserved: [(WorkerID, TaskID)] = []
    /// The event took a worker that the pool needs.
    var mustHeal = false
    var endedCount = 0
    var violations: [String] = []

    init(size: Int, maximumDepth: Int) {
        self.size = size
        self.maximumDepth = maximumDepth
    }

    /// Takes in an event and the scheduler's answer to it.
    mutating func observe(_ event: SchedulerEvent, _ actions: [SchedulerAction], _ machine: SchedulerStateMachine) {
        var expected = expectation(event)
        var commands: [SchedulerAction] = []
        for action in actions {
            perform(action, &expected)
            if isDue(action, event) { commands.append(action) }
        }
        for (task, end) in expected.ends { fail("\(task) should have ended: \(end)") }
        if commands != expected.commands { fail("commands \(commands), expected \(expected.commands)") }
        checkEverything(event, machine)
    }

    /// Writes a violation down.
    mutating func fail(_ what: String) {
        violations.append(what)
    }

    /// Whether an action is one that the model predicts.
    private func isDue(_ action: SchedulerAction, _ event: SchedulerEvent) -> Bool {
        switch action {
        case .cancel, .abandonGang, .armGrace, .endWorker, .started: return true
        case .revoke: if case .shutDown = event { return true } else { return false }
        default: return false
        }
    }

    /// Whether a worker may be given new work.
    func isUsable(_ worker: WorkerID) -> Bool {
        guard let model = workers[worker] else { return false }
        return !model.isDismissed && !model.isEnding && jobs[model.job]?.isRetiring == false
    }

    /// Whether the first task is to start before the second.
    func precedes(_ first: TaskID, _ second: TaskID) -> Bool {
        guard let a = tasks[first]?.request.priority, let b = tasks[second]?.request.priority else { return false }
        return a == b ? first < second : a > b
    }

    /// Whether some worker serves, or will when it has done what it has.
    var isServed: Bool { jobs.values.contains { !$0.isRetiring && !$0.workers.isEmpty } }

    /// Whether a present job can run a gang of that size when its workers are free.
    func canServeGang(of ranks: Int) -> Bool {
        jobs.values.contains {
            $0.isComplete && !$0.isRetiring && $0.collective != .impossible && $0.workers.count >= ranks
        }
    }
}
