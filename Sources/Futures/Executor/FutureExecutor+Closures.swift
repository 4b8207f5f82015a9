// SPDX-License-Identifier: Apache-2.0
// Submitting closures.

extension FutureExecutor {
    /// Runs a closure on an input, wherever this executor runs its tasks.
    ///
    /// The closure must capture nothing: what it needs is its input. A closure that does not qualify gives a future
    /// that fails with ``ExecutorError/Code/closureNotShippable`` and says what to write instead.
    ///
    /// - Parameters:
    ///   - input: What the closure is called with; encoded where it leaves this process.
    ///   - options: Priority, retries, deadline, name.
    ///   - fileID: Where the closure is written; whoever passes a closure on passes this on too.
    ///   - body: The work.
    public func submit<Input: Codable & Sendable, Output: Codable & Sendable>(
        _ input: Input, options: TaskOptions = TaskOptions(), fileID: String = #fileID,
        _ body: @escaping @Sendable @concurrent (Input) async throws -> Output
    ) async -> Future<Output> {
        do {
            return await submit(try ClosureTask(input, body: body, fileID: fileID), options: options.from(fileID))
        } catch {
            return Future(error: error)
        }
    }

    /// Runs a closure without an input.
    public func submit<Output: Codable & Sendable>(
        options: TaskOptions = TaskOptions(), fileID: String = #fileID,
        _ body: @escaping @Sendable @concurrent () async throws -> Output
    ) async -> Future<Output> {
        do {
            return await submit(try SupplierTask(body: body, fileID: fileID), options: options.from(fileID))
        } catch {
            return Future(error: error)
        }
    }

    /// Runs a closure that returns nothing on an input.
    @_disfavoredOverload
    public func submit<Input: Codable & Sendable>(
        _ input: Input, options: TaskOptions = TaskOptions(), fileID: String = #fileID,
        _ body: @escaping @Sendable @concurrent (Input) async throws -> Void
    ) async -> Future<Void> {
        do {
            return await submit(try ConsumerTask(input, body: body, fileID: fileID), options: options.from(fileID)).map
            { _ in }
        } catch {
            return Future(error: error)
        }
    }

    /// Runs a closure that takes and returns nothing.
    @_disfavoredOverload
    public func submit(
        options: TaskOptions = TaskOptions(), fileID: String = #fileID,
        _ body: @escaping @Sendable @concurrent () async throws -> Void
    ) async -> Future<Void> {
        do {
            return await submit(try ActionTask(body: body, fileID: fileID), options: options.from(fileID)).map { _ in }
        } catch {
            return Future(error: error)
        }
    }
}
