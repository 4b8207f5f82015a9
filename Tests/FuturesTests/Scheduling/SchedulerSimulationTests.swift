// SPDX-License-Identifier: Apache-2.0
// Random runs of a whole pool: every task ends once, and no rule is broken on the way.

import Testing

@testable import Futures

@Suite struct SchedulerSimulationTests {
    /// Seeds in one of the test cases; raise it for a longer search.
    static let seedsPerCase: UInt64 = 250

    @Test(.timeLimit(.minutes(1)), arguments: 0..<20 as Range<UInt64>)
    func everyTaskEndsOnce(block: UInt64) {
        for seed in block * Self.seedsPerCase..<(block + 1) * Self.seedsPerCase {
            var simulation = SchedulerSimulation(seed: seed)
            if let failure = simulation.run() {
                Issue.record("seed \(seed): \(failure)")
                return
            }
        }
    }

    /// What is not met in a run is not tested by it: these must be met often.
    @Test(.timeLimit(.minutes(1))) func nothingIsMissedByTheMix() {
        var met: [String: Int] = [:]
        for seed in 0..<400 as Range<UInt64> {
            var simulation = SchedulerSimulation(seed: seed)
            _ = simulation.run()
            for kind in kinds(simulation) { met[kind, default: 0] += 1 }
        }
        let wanted = [
            "submitted", "cancelRequested", "deadlinePassed", "graceExpired", "started", "returned", "threw", "dropped",
            "lost in a task", "lost between tasks", "lost for unknown reasons", "workerJoined", "jobComplete",
            "jobFailed", "collectiveReady", "collectiveFailed", "shutDown", "bootRequested", "send", "startGang",
            "prepareCollective", "cancel", "revoke", "abandonGang", "endWithAnswer", "endCancelled", "endFailed",
            "forget", "armGrace", "endWorker", "requestJob", "dismiss", "drained", "answer crossed a revoke",
            "loss while a job came up", "loss while MPI was initialised", "gang started again", "task started again",
            "everything broke", "answer of a worker that is ended", "grace armed again",
        ]
        for kind in wanted { #expect(met[kind, default: 0] >= 4, "\(kind) was met in too few of 400 runs") }
    }

    /// What happened in a run, each kind once.
    private func kinds(_ simulation: SchedulerSimulation) -> Set<String> {
        var kinds: Set<String> = []
        var revoked: Set<TaskID> = []
        var starts: [TaskID: Int] = [:]
        var ending: Set<WorkerID> = []
        var preparing = false
        var isBooting = false
        for (event, actions) in simulation.history {
            switch event {
            case .answered(let task, let worker, let answer):
                kinds.insert("\(answer)")
                if answer != .dropped && revoked.contains(task) { kinds.insert("answer crossed a revoke") }
                if ending.contains(worker) { kinds.insert("answer of a worker that is ended") }
                revoked.remove(task)
            case .workerLost(_, let blame):
                switch blame {
                case .known(nil): kinds.insert("lost between tasks")
                case .known: kinds.insert("lost in a task")
                case .unknown: kinds.insert("lost for unknown reasons")
                }
                if isBooting { kinds.insert("loss while a job came up") }
                if preparing { kinds.insert("loss while MPI was initialised") }
            case .workerJoined: isBooting = true
            case .jobComplete, .jobFailed: isBooting = false
            case .collectiveReady, .collectiveFailed: preparing = false
            default: break
            }
            kinds.insert(name(of: event))
            for action in actions {
                kinds.insert(name(of: action))
                switch action {
                case .revoke(let task, _): revoked.insert(task)
                case .send(let task, _): starts[task, default: 0] += 1
                case .startGang(let task, _, _):
                    starts[task, default: 0] += 1
                    if starts[task] == 2 { kinds.insert("gang started again") }
                case .endWorker(let worker, _): ending.insert(worker)
                case .prepareCollective: preparing = true
                case .endFailed(_, .broken): kinds.insert("everything broke")
                case .armGrace: if case .graceExpired = event { kinds.insert("grace armed again") }
                default: break
                }
            }
        }
        if starts.values.contains(where: { $0 > 1 }) { kinds.insert("task started again") }
        return kinds
    }

    /// The name of an enumeration's case.
    private func name(of value: Any) -> String {
        let description = String(describing: value)
        let start = description.prefix { $0 != "(" }.lastIndex(of: ".").map { description.index(after: $0) }
        return String(description[(start ?? description.startIndex)...].prefix { $0 != "(" })
    }
}
