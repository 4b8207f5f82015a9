// SPDX-License-Identifier: Apache-2.0
// Commands to workers as frames.

import Futures

extension WorkerCommand {
    /// The frame that says this.
    ///
    /// - Parameter members: The ranks within the job of the members of a gang.
    func frame(members: [Int]) -> Frame? {
        switch self {
        case .run(let task, let submission, let seat):
            guard case .encoded(let payload) = submission.body else {
                preconditionFailure("a task of this process was sent to a worker")
            }
            return RunOrder.frame(task, submission.header, payload, rank: seat?.rank ?? 0, members: members)
        case .initialize(let client):
            return client.initializer.map { InitializeOrder.frame(client.number, $0) }
        case .cancel(let task): return Frame(kind: .cancel, task: task.number)
        case .revoke(let task): return Frame(kind: .revoke, task: task.number)
        case .abandon(let task): return Frame(kind: .abandon, task: task.number)
        case .prepareCollective: return Frame(kind: .prepareCollective)
        case .leave: return Frame(kind: .leave)
        }
    }
}
