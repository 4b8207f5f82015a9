// SPDX-License-Identifier: Apache-2.0
// A worker that keeps to the protocol, with messages on their way in both directions.

@testable import Futures

/// What a task does when it runs.
enum SimulatedBehaviour: Sendable {
    /// Returns or throws after a while; a gang waits for its members.
    case ends
    /// Runs until it is cancelled.
    case waitsForCancellation
    /// Notices nothing: only the end of the process ends it.
    case isStuck
    /// Takes its process with it.
    case crashes
}

/// A worker process as seen from outside: it reads commands, runs tasks in order, and writes reports.
struct SimulatedWorker {
    enum Command {
        case run(TaskID, gang: Int?)
        case cancel(TaskID), revoke(TaskID), abandon(TaskID)
        case prepareCollective
        case leave
    }

    enum Report: Equatable {
        case started(TaskID)
        case answered(TaskID, TaskAnswer)
        case prepared
    }

    struct Running {
        let task: TaskID
        /// Which start of the gang this is, `nil` for an ordinary task.
        let gang: Int?
        var isCancelled = false
    }

    let job: JobID
    /// Commands that were sent and not read.
    var inbox: [Command] = []
    /// Reports that were written and have not arrived.
    var outbox: [Report] = []
    /// Tasks that were read and not begun.
    var waiting: [(task: TaskID, gang: Int?)] = []
    var running: Running?
    /// The process has ended: its last reports still arrive, and then the loss.
    var isDead = false
    /// What it ran when it died.
    var diedIn: TaskID?
    /// Somebody ends the process.
    var isKilled = false

    /// Reads the next command; true where it leaves.
    mutating func read() -> Bool {
        switch inbox.removeFirst() {
        case .run(let task, let gang): waiting.append((task, gang))
        case .prepareCollective: outbox.append(.prepared)
        case .revoke(let task): drop(task)
        case .cancel(let task), .abandon(let task):
            drop(task)
            if running?.task == task { running?.isCancelled = true }
        case .leave: return true
        }
        return false
    }

    private mutating func drop(_ task: TaskID) {
        guard let index = waiting.firstIndex(where: { $0.task == task }) else { return }
        waiting.remove(at: index)
        outbox.append(.answered(task, .dropped))
    }

    /// Begins the next task.
    mutating func begin(reporting: Bool) {
        let (task, gang) = waiting.removeFirst()
        running = Running(task: task, gang: gang)
        if reporting { outbox.append(.started(task)) }
    }

    /// Ends the task that runs.
    mutating func finish(_ answer: TaskAnswer) {
        guard let task = running?.task else { return }
        running = nil
        outbox.append(.answered(task, answer))
    }

    /// The process ends.
    mutating func die() {
        isDead = true
        diedIn = running?.task
        running = nil
        waiting = []
        inbox = []
    }
}
