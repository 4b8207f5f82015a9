// SPDX-License-Identifier: Apache-2.0
// The executor under test, and how to make one.

public import Futures

/// What a check asks of the executor that is made for it.
public struct ExecutorRequest: Sendable {
    /// How many workers; as many as the subject likes where `nil`.
    public var workers: Int?
    /// Seed of the random streams of tasks.
    public var seed: UInt64
    /// What every worker runs before the first task.
    public var initializer: WorkerInitializer?

    /// Asks for an executor.
    public init(workers: Int? = nil, seed: UInt64 = 0, initializer: WorkerInitializer? = nil) {
        self.workers = workers
        self.seed = seed
        self.initializer = initializer
    }
}

/// An executor, and how to begin and end with it.
public struct SubjectExecutor: Sendable {
    /// The executor.
    public let executor: any FutureExecutor
    /// Starts its workers and waits until they are there; `nil` where there is nothing to start.
    public let bootUp: (@Sendable () async throws -> Void)?
    /// Refuses new tasks, cancels those that wait if asked to, and returns when all have ended.
    public let shutDown: @Sendable (_ cancelPending: Bool) async -> Void

    /// Joins an executor with its life.
    public init(
        _ executor: any FutureExecutor, bootUp: (@Sendable () async throws -> Void)? = nil,
        shutDown: @escaping @Sendable (_ cancelPending: Bool) async -> Void
    ) {
        self.executor = executor
        self.bootUp = bootUp
        self.shutDown = shutDown
    }
}

/// A kind of executor that is to be checked.
///
/// ```swift
/// let subject = ConformanceSubject("recorder", Abilities()) { request in
///     let base = LocalExecutor(concurrency: request.workers, seed: request.seed)
///     return SubjectExecutor(Recorder(around: base)) { await base.shutdown(cancelPending: $0) }
/// }
/// let results = await ConformanceRunner(subject).run()
/// ```
public struct ConformanceSubject: Sendable {
    /// The name of the executor's column in the table of compliance.
    public let name: String
    /// What it can do.
    public let abilities: Abilities
    /// Checks that don't apply to it although its abilities say otherwise, by their names, with the reasons.
    public let exceptions: [String: String]
    /// Makes an executor.
    public let make: @Sendable (ExecutorRequest) async throws -> SubjectExecutor

    /// Describes a kind of executor.
    public init(
        _ name: String, _ abilities: Abilities, exceptions: [String: String] = [:],
        make: @escaping @Sendable (ExecutorRequest) async throws -> SubjectExecutor
    ) {
        self.name = name
        self.abilities = abilities
        self.exceptions = exceptions
        self.make = make
    }
}
