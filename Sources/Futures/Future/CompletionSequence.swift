// SPDX-License-Identifier: Apache-2.0
// The ends of several futures, as they come.

/// Several futures in the order in which they end; each comes once, also where it was given twice.
///
/// An error of a future is in its ``Completion``; the sequence itself throws at the end of its time limit
/// (``ExecutorError/Code/timedOut``, after those that had ended by then) and where the waiting Swift task is cancelled.
public struct CompletionSequence<Value: Sendable>: AsyncSequence, Sendable {
    /// An end.
    public typealias Element = Completion<Value>

    let futures: [Future<Value>]
    let limit: Duration?

    /// Begins to look out for ends; the time limit begins here.
    public func makeAsyncIterator() -> Iterator {
        Iterator(watch: CompletionWatch(futures, limit: limit), limit: limit)
    }

    /// Delivers the ends.
    public struct Iterator: AsyncIteratorProtocol {
        private let watch: CompletionWatch<Value>
        private let limit: Duration?
        private var rest: Int

        init(watch: CompletionWatch<Value>, limit: Duration?) {
            self.watch = watch
            self.limit = limit
            rest = watch.places.count
        }

        /// The next end, `nil` after the last.
        public mutating func next() async throws -> Completion<Value>? {
            guard rest > 0 else { return nil }
            guard let place = try await watch.next() else {
                defer { rest = 0 }
                throw Self.timeout(rest, of: watch.places.count, limit)
            }
            rest -= 1
            return await watch.completion(at: place)
        }

        private static func timeout(_ rest: Int, of count: Int, _ limit: Duration?) -> ExecutorError {
            ExecutorError(
                .timedOut,
                "\(rest) of \(count) futures have not ended within \(limit ?? .zero); their work goes on, and they can "
                    + "be awaited again")
        }
    }
}
