// SPDX-License-Identifier: Apache-2.0
// One executor among those that share a dispatcher.

import Synchronization

/// What an executor has of its own while it shares workers with others: numbers, seed, initializer.
package final class DispatchClient: Sendable {
    /// The client's number, unique in this process.
    package let number: UInt32
    /// Seed of the random streams of its tasks.
    let seed: UInt64
    /// What every worker runs before the client's first task.
    package let initializer: TaskPayload?
    /// What the dispatcher knows of the client.
    let record = ClientRecord()
    private let nextNumber = Atomic<UInt64>(0)
    private static let nextClient = Atomic<UInt32>(0)

    package init(seed: UInt64 = 0, initializer: TaskPayload? = nil) {
        number = Self.nextClient.add(1, ordering: .relaxed).newValue
        self.seed = seed
        self.initializer = initializer
    }

    /// The header of the client's next submission.
    ///
    /// The chunks of one map count as one submission, so that chunking does not shift random streams.
    func header(_ options: TaskOptions) -> SubmissionHeader {
        let number = options.stream ?? nextNumber.add(1, ordering: .relaxed).oldValue
        return SubmissionHeader(
            name: options.name ?? "", number: number, stream: number, seed: seed, client: self.number)
    }
}

/// What the dispatcher knows of a client.
///
/// A reference that submissions lead to: a table would be asked several times for every task.
// Safe: touched by the dispatcher's core only, under its lock.
final class ClientRecord: @unchecked Sendable {
    /// Submissions that are not forgotten.
    var liveCount = 0
    var isClosed = false
    /// Why the client's tasks can't run, where they can't.
    var failure: ExecutorError?
    /// Workers that have run the initializer.
    var initialized: Set<WorkerID> = []
    /// Who waits for the last submission to end.
    var drainWaiters: [CheckedContinuation<Void, Never>] = []
}
