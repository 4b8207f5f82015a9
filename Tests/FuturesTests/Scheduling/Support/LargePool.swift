// SPDX-License-Identifier: Apache-2.0
// A pool of many virtual workers without messages on their way, to see how the scheduler scales.

@testable import Futures

/// Workers that do at once what they are told, in arrays so that the scheduler is what takes the time.
struct LargePool {
    struct Worker {
        let job: JobID
        /// The tasks that it holds; the first one runs.
        var tasks: [TaskID] = []
        var position: Int?
        var isGone = false
    }

    let size: Int
    var machine: SchedulerStateMachine
    var random: SplitMix
    var workers: [Worker] = []
    /// Workers that hold something, in no order.
    var busy: [Int] = []
    var isGang: [Bool] = []
    var hasEnded: [Bool] = []
    var isForgotten: [Bool] = []
    var jobCount = 0
    var launches: [JobID] = []
    var dismissed: [WorkerID] = []
    var prepared: [JobID] = []
    var largestLoad = 0
    var gangsStarted = 0
    var errors: [String] = []

    init(size: Int, seed: UInt64) {
        self.size = size
        machine = SchedulerStateMachine(size: size)
        random = SplitMix(seed: seed)
    }

    var endedCount: Int { hasEnded.count { $0 } }
    var forgottenCount: Int { isForgotten.count { $0 } }

    /// Submits a task.
    mutating func submit(gang: Int?, retries: Int = 0) {
        let task = TaskID(UInt64(isGang.count))
        isGang.append(gang != nil)
        hasEnded.append(false)
        isForgotten.append(false)
        perform(machine.submitted(task, TaskRequest(gang: gang, retries: retries)))
    }

    /// Brings up the jobs that were asked for, initialises MPI, and lets those leave that may.
    mutating func settle() {
        while !launches.isEmpty || !prepared.isEmpty || !dismissed.isEmpty {
            for job in take(&launches) {
                for _ in 0..<size {
                    workers.append(Worker(job: job))
                    perform(machine.workerJoined(WorkerID(workers.count - 1), job))
                }
                perform(machine.jobComplete(job))
            }
            for job in take(&prepared) { perform(machine.collectiveReady(job)) }
            for worker in take(&dismissed) { lose(worker) }
        }
    }

    /// Lets a random worker end what it runs; false where all are idle.
    mutating func answerOne() -> Bool {
        guard !busy.isEmpty else { return false }
        let worker = busy[random.below(busy.count)]
        let task = workers[worker].tasks[0]
        drop(task, worker)
        perform(machine.answered(task, WorkerID(worker), .returned, microseconds: isGang[Int(task.number)] ? nil : 100))
        return true
    }

    /// A worker's process ends.
    mutating func lose(_ worker: WorkerID) {
        guard !workers[worker.number].isGone else { return }
        workers[worker.number].isGone = true
        let task = workers[worker.number].tasks.first
        for held in workers[worker.number].tasks.reversed() { drop(held, worker.number) }
        perform(machine.workerLost(worker, .known(task)))
    }

    private func index(_ task: TaskID) -> Int { Int(task.number) }

    private func take<Element>(_ list: inout [Element]) -> [Element] {
        defer { list = [] }
        return list
    }

    private mutating func perform(_ actions: [SchedulerAction]) {
        var answers: [(TaskID, WorkerID)] = []
        for action in actions {
            switch action {
            case .send(let task, let worker): hand(task, worker.number)
            case .startGang(let task, _, let members):
                gangsStarted += 1
                for member in members {
                    if !workers[member.number].tasks.isEmpty { errors.append("\(member) is busy when \(task) starts") }
                    hand(task, member.number)
                }
            case .prepareCollective(let job): prepared.append(job)
            case .cancel(let task, let worker), .revoke(let task, let worker), .abandonGang(let task, let worker):
                if workers[worker.number].tasks.dropFirst().contains(task) { answers.append((task, worker)) }
            case .requestJob:
                launches.append(JobID(jobCount))
                jobCount += 1
            case .dismiss(let worker): dismissed.append(worker)
            case .endWithAnswer(let task, _), .endCancelled(let task), .endFailed(let task, _):
                if hasEnded[index(task)] { errors.append("\(task) ended twice") }
                hasEnded[index(task)] = true
            case .forget(let task):
                if isForgotten[index(task)] { errors.append("\(task) forgotten twice") }
                isForgotten[index(task)] = true
            case .started, .armGrace, .endWorker, .drained: break
            }
        }
        for (task, worker) in answers {
            drop(task, worker.number)
            perform(machine.answered(task, worker, .dropped))
        }
    }

    private mutating func hand(_ task: TaskID, _ worker: Int) {
        if workers[worker].isGone { errors.append("\(task) was sent to a lost worker") }
        workers[worker].tasks.append(task)
        largestLoad = max(largestLoad, workers[worker].tasks.count)
        guard workers[worker].position == nil else { return }
        workers[worker].position = busy.count
        busy.append(worker)
    }

    private mutating func drop(_ task: TaskID, _ worker: Int) {
        workers[worker].tasks.removeAll { $0 == task }
        guard workers[worker].tasks.isEmpty, let position = workers[worker].position else { return }
        workers[worker].position = nil
        let last = busy.removeLast()
        guard position < busy.count else { return }
        busy[position] = last
        workers[last].position = position
    }
}
