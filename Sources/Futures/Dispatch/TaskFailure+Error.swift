// SPDX-License-Identifier: Apache-2.0
// What the scheduler's reasons look like to users.

extension TaskFailure {
    /// Whether the gang is larger than any that can be.
    var isGangTooLarge: Bool {
        if case .gangTooLarge = self { true } else { false }
    }

    /// The error of a task that the scheduler itself ended.
    ///
    /// - Parameter broken: Why the pool does not work, where it does not.
    func error(_ submission: Submission, _ broken: ExecutorError?) -> ExecutorError {
        let name = submission.name
        switch self {
        case .workerLost(let worker):
            return ExecutorError(.workerLost, "\(worker) was lost while it ran \(name)")
        case .deadlineExceeded:
            let limit = submission.deadline.map { "\($0)" } ?? "?"
            return ExecutorError(.deadlineExceeded, "\(name) did not end within its deadline of \(limit)")
        case .gangTooLarge(let asked, let size):
            return ExecutorError(
                .rankMismatch,
                "\(name) asks for \(asked) ranks and the executor has \(size): ask for 1 to \(size), or start a larger "
                    + "pool")
        case .shutDown:
            return ExecutorError(
                .shutDown, "the executor is shut down and takes no more tasks; \(name) was not started")
        case .broken, .collectiveFailed, .initializerFailed:
            return broken ?? ExecutorError(.launchFailed, "the pool has no workers and none can be started")
        }
    }
}
