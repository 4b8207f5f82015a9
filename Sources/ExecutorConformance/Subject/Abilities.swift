// SPDX-License-Identifier: Apache-2.0
// What an executor claims to be able to do.

/// What an executor can do beyond running tasks in this process; checks of what it can't do are left out, with the reason.
public struct Abilities: Sendable, Hashable {
    /// Whether futures can be cancelled and queues dropped.
    public var cancels: Bool
    /// Whether every process runs the program and all must submit and ask the same.
    public var isInLockstep: Bool
    /// Whether tasks, outputs and errors are encoded on their way.
    public var encodes: Bool
    /// Whether tasks run in other processes than the program.
    public var usesProcesses: Bool
    /// Whether it serves on when a worker's process was killed.
    public var survivesLoss: Bool
    /// Whether the number of workers is that of ``ExecutorRequest/workers``.
    public var choosesWorkers: Bool
    /// The number of ranks of the largest gang with a communicator; 0 where there are none.
    public var largestGang: Int
    /// Whether ``ExecutorRequest/initializer`` runs before the first task.
    public var initializes: Bool
    /// Whether workers are started by a request of their own, ``SubjectExecutor/bootUp``.
    public var bootsUp: Bool

    /// The abilities of an executor that runs tasks in this process; the others are claimed by name.
    public init(
        cancels: Bool = true, isInLockstep: Bool = false, encodes: Bool = false, usesProcesses: Bool = false,
        survivesLoss: Bool = false, choosesWorkers: Bool = true, largestGang: Int = 0, initializes: Bool = true,
        bootsUp: Bool = true
    ) {
        self.cancels = cancels
        self.isInLockstep = isInLockstep
        self.encodes = encodes
        self.usesProcesses = usesProcesses
        self.survivesLoss = survivesLoss
        self.choosesWorkers = choosesWorkers
        self.largestGang = largestGang
        self.initializes = initializes
        self.bootsUp = bootsUp
    }
}
