// SPDX-License-Identifier: Apache-2.0
// What every worker runs before its first task.

/// Work that every worker of an executor does once, before the executor's first task.
///
/// For what a task expects to find in its process: global settings, loaded tables, a seeded library. Code of the program
/// before the submission has not run in a worker.
///
/// ```swift
/// let pool = try await MPIExecutor(initializer: try WorkerInitializer("table.bin") { loadTable($0) })
/// ```
///
/// Where it throws, or a worker dies in it, the executor's tasks fail with ``ExecutorError/Code/initializerFailed`` and
/// the error as the cause. A worker that replaces a lost one runs it too.
public struct WorkerInitializer: Sendable {
    package let payload: TaskPayload

    /// Makes an initializer of a task; its output is not used.
    ///
    /// - Throws: ``ExecutorError`` where the task can't be sent to a worker.
    public init(_ task: some RemoteTask) throws {
        payload = try TaskPayload.encode(task)
    }

    /// Makes an initializer of a closure that captures nothing.
    ///
    /// - Parameters:
    ///   - fileID: Where the closure is written; whoever passes a closure on passes this on too.
    ///   - body: The work.
    /// - Throws: ``ExecutorError/Code/closureNotShippable``.
    public init(
        fileID: String = #fileID, _ body: @escaping @Sendable @concurrent () async throws -> Void
    ) throws {
        try self.init(ActionTask(body: body, fileID: fileID))
    }

    /// Makes an initializer of a closure that captures nothing, and its input.
    ///
    /// - Parameters:
    ///   - input: What the closure is called with, on every worker.
    ///   - fileID: Where the closure is written; whoever passes a closure on passes this on too.
    ///   - body: The work.
    /// - Throws: ``ExecutorError`` where the closure or the input can't be sent to a worker.
    public init<Input: Codable & Sendable>(
        _ input: Input, fileID: String = #fileID,
        _ body: @escaping @Sendable @concurrent (Input) async throws -> Void
    ) throws {
        try self.init(ConsumerTask(input, body: body, fileID: fileID))
    }
}
