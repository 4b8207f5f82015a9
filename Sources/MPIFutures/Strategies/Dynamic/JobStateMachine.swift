// SPDX-License-Identifier: Apache-2.0
// How the processes of one job come up and end.

/// Decides, for one start of the launcher, when its workers are there and when one of them is lost.
///
/// A worker has two connections: its own, and that of its guardian, which outlives it and says how it ended. A loss is
/// reported when the worker's own connection is closed (so that its last answers came first) and the guardian has
/// spoken, or has been given time to.
struct JobStateMachine: Sendable {
    enum Action: Sendable, Equatable {
        /// The worker is there.
        case join(rank: Int)
        /// Every worker has joined, or was lost on the way.
        case complete
        /// The job will not come up; what is there of it must be ended.
        case fail(Failure)
        /// The worker's process has ended, with its guardian's report where there is one.
        case lost(rank: Int, WorkerEnd?)
        /// Call `graceExpired(rank:)` when a guardian has had time to report.
        case armGrace(rank: Int)
        /// Nothing of the job is left.
        case ended
    }

    enum Failure: Sendable, Equatable {
        case launcherEnded(String)
        case deadlinePassed(missing: [Int])
        /// Every worker ended before it joined; with the report of the last one.
        case allLost(WorkerEnd?)
    }

    private struct Process: Sendable {
        var hasJoined = false
        /// Ended before it could join.
        var isStillborn = false
        var isConnected = false
        var hasGuardian = false
        var end: WorkerEnd?
        var isLost = false
    }

    private var processes: [Process]
    private var isComplete = false
    private var hasFailed = false
    private var launcherHasEnded = false

    init(size: Int) {
        processes = Array(repeating: Process(), count: size)
    }

    /// Whether the job still comes up.
    var isBooting: Bool { !isComplete && !hasFailed }

    /// A worker said hello; `nil` where that rank has one, or there is no such rank.
    mutating func workerConnected(rank: Int) -> [Action]? {
        guard processes.indices.contains(rank), !processes[rank].hasJoined, !hasFailed else { return nil }
        processes[rank].hasJoined = true
        processes[rank].isConnected = true
        return [.join(rank: rank)] + completion()
    }

    /// A guardian said hello; false where that rank has one, or there is no such rank.
    mutating func guardianConnected(rank: Int) -> Bool {
        guard processes.indices.contains(rank), !processes[rank].hasGuardian else { return false }
        processes[rank].hasGuardian = true
        return true
    }

    /// A worker's connection ended.
    mutating func workerDisconnected(rank: Int) -> [Action] {
        guard processes.indices.contains(rank), processes[rank].isConnected else { return [] }
        processes[rank].isConnected = false
        if processes[rank].end != nil || !processes[rank].hasGuardian { return lose(rank) }
        return [.armGrace(rank: rank)]
    }

    /// A guardian reported its worker's end.
    mutating func ended(rank: Int, _ end: WorkerEnd) -> [Action] {
        guard processes.indices.contains(rank), !processes[rank].isLost else { return [] }
        processes[rank].end = end
        if processes[rank].isConnected { return [.armGrace(rank: rank)] }
        return lose(rank)
    }

    /// A guardian's connection ended.
    mutating func guardianDisconnected(rank: Int) -> [Action] {
        guard processes.indices.contains(rank), processes[rank].hasGuardian else { return [] }
        processes[rank].hasGuardian = false
        guard !processes[rank].isLost else { return endIfOver() }
        // A guardian that is gone took its worker with it.
        return processes[rank].isConnected ? [.armGrace(rank: rank)] : lose(rank)
    }

    /// The time that a worker's last words may take is over.
    mutating func graceExpired(rank: Int) -> [Action] {
        guard processes.indices.contains(rank) else { return [] }
        let isGoing = !processes[rank].isConnected || processes[rank].end != nil || !processes[rank].hasGuardian
        return isGoing ? lose(rank) : []
    }

    /// The launcher's process ended.
    mutating func launcherEnded(_ description: String) -> [Action] {
        launcherHasEnded = true
        guard isBooting else { return endIfOver() }
        hasFailed = true
        return [.fail(.launcherEnded(description))] + endIfOver()
    }

    /// The boot deadline passed.
    mutating func deadlinePassed() -> [Action] {
        guard isBooting else { return [] }
        hasFailed = true
        return [.fail(.deadlinePassed(missing: processes.indices.filter { !processes[$0].hasJoined }))]
    }

    private mutating func lose(_ rank: Int) -> [Action] {
        guard !processes[rank].isLost else { return [] }
        processes[rank].isLost = true
        processes[rank].isConnected = false
        let wasThere = processes[rank].hasJoined
        processes[rank].hasJoined = true
        processes[rank].isStillborn = !wasThere
        let actions: [Action] = wasThere ? [.lost(rank: rank, processes[rank].end)] : []
        return actions + completion() + endIfOver()
    }

    private mutating func completion() -> [Action] {
        guard isBooting, processes.allSatisfy(\.hasJoined) else { return [] }
        if processes.allSatisfy(\.isStillborn) {
            hasFailed = true
            return [.fail(.allLost(processes.last?.end))]
        }
        isComplete = true
        return [.complete]
    }

    private func endIfOver() -> [Action] {
        let isOver = launcherHasEnded && processes.allSatisfy { !$0.isConnected && !$0.hasGuardian }
        return isOver ? [.ended] : []
    }
}
