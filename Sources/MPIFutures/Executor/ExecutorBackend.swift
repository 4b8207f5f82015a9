// SPDX-License-Identifier: Apache-2.0
// What stands behind an MPIExecutor: one type per strategy.

import Futures

/// Where the submissions of an executor go.
protocol ExecutorBackend: Sendable {
    /// How many ordinary tasks run at the same time.
    var workers: Int { get }
    /// The number of ranks of the largest gang.
    var largestGang: Int { get }
    /// Whether it takes tasks: it was not shut down, and its workers are there or can be started.
    var isUsable: Bool { get }
    /// Where the workers are and how many, in words.
    var summary: String { get }

    /// Hands a task over; see `FutureExecutor`.
    func submit<Work: RemoteTask>(_ task: Work, options: TaskOptions) async -> Future<Work.Output>

    /// Starts the workers now; does not wait for them.
    func startWorkers()

    /// Starts the workers and waits until they are there and have run the initializer.
    func bootUp() async throws

    /// Refuses new tasks, waits until those that were accepted have ended, and lets go of the workers.
    ///
    /// May be called again.
    func shutdown(cancelPending: Bool) async

    /// Nobody holds the executor any more; what was submitted still ends.
    func released()

    /// Whether this process is the one that does what is to be done once: always where it alone runs the program.
    var isRoot: Bool { get }

    /// Tells the other processes that run the program that this one is busy on its own, or back.
    func holdOthers(_ isHeld: Bool)
}

extension ExecutorBackend {
    func released() {
        guard isUsable else { return }
        // What was submitted still ends; then the workers leave.
        Task.detached { await shutdown(cancelPending: false) }
    }

    var isRoot: Bool { true }

    func holdOthers(_ isHeld: Bool) {
        // No other process runs the program.
    }
}
