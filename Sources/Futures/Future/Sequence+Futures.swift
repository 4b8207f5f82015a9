// SPDX-License-Identifier: Apache-2.0
// Waiting for several futures.

extension Sequence {
    /// The futures in the order in which they end; each comes once.
    ///
    /// ```swift
    /// for try await completion in futures.asCompleted() { print(inputs[completion.index], try completion.value) }
    /// ```
    ///
    /// - Parameter limit: How long to wait for all, from the start of the loop; then the loop throws
    ///   ``ExecutorError/Code/timedOut``.
    public func asCompleted<Value: Sendable>(within limit: Duration? = nil) -> CompletionSequence<Value>
    where Element == Future<Value> {
        CompletionSequence(futures: Array(self), limit: limit)
    }

    /// The first of the futures to end, at once where one has ended; the others go on.
    ///
    /// - Throws: ``ExecutorError/Code/timedOut`` after `limit`, ``ExecutorError/Code/invalidArgument`` where there are
    ///   no futures, `CancellationError` where the waiting Swift task is cancelled.
    public func firstCompleted<Value: Sendable>(within limit: Duration? = nil) async throws -> Completion<Value>
    where Element == Future<Value> {
        let watch = CompletionWatch(self, limit: limit)
        guard !watch.futures.isEmpty else {
            throw ExecutorError(.invalidArgument, "none of no futures can end first: pass at least one")
        }
        guard let place = try await watch.next() else { throw timeout("none", watch.futures.count, limit) }
        return await watch.completion(at: place)
    }

    /// The first of the futures to fail or to be cancelled, at once where one has; `nil` when all have succeeded.
    ///
    /// - Throws: ``ExecutorError/Code/timedOut`` after `limit`, `CancellationError` where the waiting Swift task is
    ///   cancelled.
    public func firstFailed<Value: Sendable>(within limit: Duration? = nil) async throws -> Completion<Value>?
    where Element == Future<Value> {
        let watch = CompletionWatch(self, limit: limit)
        guard let place = try await watch.nextFailure() else {
            throw timeout("not all", watch.futures.count, limit)
        }
        return place < watch.futures.count ? await watch.completion(at: place) : nil
    }

    /// The results of all futures, in their order, when all have ended.
    ///
    /// - Throws: `CancellationError` where the waiting Swift task is cancelled.
    public func allSettled<Value: Sendable>() async throws -> [Result<Value, any Error>]
    where Element == Future<Value> {
        var results: [Result<Value, any Error>] = []
        for future in self {
            results.append(await future.result)
            if !future.storage.current.isEnd { throw CancellationError() }
        }
        return results
    }

    /// The futures that end within a time limit, and the others; returns early where all have ended.
    ///
    /// - Throws: `CancellationError` where the waiting Swift task is cancelled.
    public func allSettled<Value: Sendable>(within limit: Duration) async throws -> Settlement<Value>
    where Element == Future<Value> {
        let watch = CompletionWatch(self, limit: limit)
        let hasEnded = try await watch.ended()
        var fates: [ObjectIdentifier: Bool] = [:]
        for (place, isEnd) in zip(watch.places, hasEnded) { fates[watch.futures[place].storage.identity] = isEnd }
        var ended: [Completion<Value>] = []
        var pending: [Int] = []
        for (index, future) in watch.futures.enumerated() {
            if fates[future.storage.identity] == true {
                ended.append(await watch.completion(at: index))
            } else {
                pending.append(index)
            }
        }
        return Settlement(ended: ended, pending: pending)
    }

    /// One future of all values, in their order.
    ///
    /// The first failure, or cancellation, of any is its error, and the others are cancelled; those that end all the
    /// same do no harm. Cancelling it cancels all. The gathering of no futures has ended.
    ///
    /// Where every process runs the program (strategy `syncro`) nothing can be cancelled, and the failure that counts is
    /// the first in the order of the futures.
    public func gather<Value: Sendable>() -> Future<[Value]> where Element == Future<Value> {
        Gathering.future(of: Array(self))
    }

    private func timeout(_ who: String, _ count: Int, _ limit: Duration?) -> ExecutorError {
        ExecutorError(
            .timedOut,
            "\(who) of \(count) futures ended within \(limit ?? .zero); their work goes on, and they can be awaited again"
        )
    }
}
