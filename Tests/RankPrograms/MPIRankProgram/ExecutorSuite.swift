// SPDX-License-Identifier: Apache-2.0
// The MPI thread between jobs, and a second thread beside it.

import Foundation
import MPI

/// What the executor does while MPI runs.
enum ExecutorSuite {
    /// Runs the suite; collective.
    static func run(on world: Communicator) async throws {
        try await checkIdle()
        try await checkActor(world)
        try await checkSecondThread(world)
    }

    /// The thread sleeps while the task that runs on it is suspended.
    private static func checkIdle() async throws {
        let before = threadProcessorTime()
        try await Task.sleep(for: .milliseconds(200))
        let used = threadProcessorTime() - before
        Checks.expect(MPIThread.shared.isCurrent, "a task comes back to the MPI thread")
        Checks.expect(used < 0.02, "the idle thread used \(used) s of 0.2 s")
    }

    private static func checkActor(_ world: Communicator) async throws {
        let sum = try await Task.detached { try await MPIActor.run { try world.allReduce(2, .sum) } }.value
        Checks.equal(sum, 2 * world.size, "an operation on the actor")
    }

    /// Rank 0 of master/worker has two threads: here all ranks do.
    private static func checkSecondThread(_ world: Communicator) async throws {
        guard MPIRuntime.shared.threadSupport == .multiple else { return }
        let second = MPIThread(name: "mpi-second")
        let members = Array(0..<world.size)
        let group = try await Task(executorPreference: second) {
            try Communicator.group(of: members, tag: 7, on: second)
        }.value
        Checks.throwing(.wrongThread, "a communicator of another thread") { try group.barrier() }
        let beside = Task(executorPreference: second) {
            var total = 0
            for turn in 0..<200 { total += try group.allReduce(turn, .sum) }
            try group.close()
            return total
        }
        var total = 0
        for turn in 0..<200 { total += try world.allReduce(turn, .sum) }
        Checks.equal(total, 19_900 * world.size, "two threads: the first")
        Checks.equal(try await beside.value, 19_900 * world.size, "two threads: the second")
    }

    private static func threadProcessorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }
}
