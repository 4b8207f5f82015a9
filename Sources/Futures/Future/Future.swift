// SPDX-License-Identifier: Apache-2.0
// The handle of a submission's result.

/// The result of work that runs somewhere else: a value, an error or a cancellation, once.
///
/// A handle, cheap to copy; it may be awaited any number of times, from any task. Letting go of it leaves the work
/// alone.
public struct Future<Value: Sendable>: Sendable {
    package let storage: FutureStorage<Value>

    package init(storage: FutureStorage<Value>) {
        self.storage = storage
    }

    /// A future that has ended with a value.
    public init(value: Value) {
        storage = FutureStorage()
        _ = storage.end(.success(value))
    }

    /// A future that has ended with an error; `CancellationError` makes it a cancelled one.
    public init(error: any Error) {
        storage = FutureStorage()
        _ = storage.end(.failure(error))
    }

    /// Where the future stands now.
    ///
    /// Where every process runs the program (strategy `syncro`) it is `pending` until the program has waited for its
    /// end, so that all see the same.
    public var state: FutureState { storage.shown }

    /// The value, once it is there.
    ///
    /// - Throws: The error of the task, an ``ExecutorError`` of the machinery, or `CancellationError`: where the work
    ///   was cancelled, and at once where the waiting Swift task is cancelled (which leaves the work alone unless the
    ///   submission asked for `cancelsWithWaiter`).
    public var value: Value {
        get async throws { try await storage.waitAndSee().get() }
    }

    /// The value or the error, once one is there.
    ///
    /// A cancelled wait gives `CancellationError`.
    public var result: Result<Value, any Error> {
        get async { await storage.waitAndSee() }
    }

    /// The value or the error where the future has ended, as ``state`` says, else `nil`.
    public var resultIfEnded: Result<Value, any Error>? { storage.shownResult }

    /// The value, if it comes in time; the work goes on where it does not.
    ///
    /// - Parameter limit: How long to wait; zero or less asks whether it is there now.
    /// - Throws: ``ExecutorError/Code/timedOut`` after `limit`, or what ``value`` throws.
    public func value(within limit: Duration) async throws -> Value {
        guard let result = try await storage.result(within: limit) else {
            throw ExecutorError(
                .timedOut, "no result within \(limit); the work goes on, and `value` can be awaited again")
        }
        return try result.get()
    }

    /// Asks for the work to be cancelled.
    ///
    /// What has not begun never begins. What runs has its Swift task cancelled (`Task.isCancelled` is true in it) and
    /// the future ends as the task does: with `CancellationError` where it throws that, with its value where it
    /// finishes all the same. A future that has ended stays as it is.
    public func cancel() {
        storage.requestCancel()
    }

    /// The progress reports of the task from now on, beginning with the last one made; ends with the future.
    public var progress: AsyncStream<TaskProgress> { storage.progressStream() }
}
