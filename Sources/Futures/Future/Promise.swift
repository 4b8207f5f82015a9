// SPDX-License-Identifier: Apache-2.0
// The end of a future that an executor holds.

/// Makes a future and ends it: the tool for executors of one's own.
///
/// The first of ``succeed(_:)``, ``fail(_:)`` and ``end(_:)`` counts. A promise that goes away before it was kept
/// fails its future, so that nobody waits for ever.
public final class Promise<Value: Sendable>: Sendable {
    private let storage: FutureStorage<Value>

    /// Makes a promise and its future.
    ///
    /// - Parameters:
    ///   - cancelsWithWaiter: Whether a cancelled wait for the future counts as `Future.cancel()`.
    ///   - onCancel: What `Future.cancel()` does, before the end, each time it is called; the promise must still be
    ///     kept.
    public init(cancelsWithWaiter: Bool = false, onCancel: (@Sendable () -> Void)? = nil) {
        storage = FutureStorage(cancelsWithWaiter: cancelsWithWaiter, onCancel: onCancel)
    }

    deinit {
        guard !storage.current.isEnd else { return }
        _ = storage.end(
            .failure(
                ExecutorError(
                    .shutDown, "the executor let go of this submission without an answer; it must keep every promise")))
    }

    /// The future, as often as it is asked for.
    public var future: Future<Value> { Future(storage: storage) }

    /// Marks the work as begun.
    public func start() { storage.start() }

    /// Passes a progress report on.
    public func report(_ progress: TaskProgress) { storage.report(progress) }

    /// Ends the future with a value; false where it had ended before.
    @discardableResult public func succeed(_ value: Value) -> Bool { storage.end(.success(value)) }

    /// Ends the future with an error; false where it had ended before.
    @discardableResult public func fail(_ error: any Error) -> Bool { storage.end(.failure(error)) }

    /// Ends the future; false where it had ended before.
    @discardableResult public func end(_ result: Result<Value, any Error>) -> Bool { storage.end(result) }
}
