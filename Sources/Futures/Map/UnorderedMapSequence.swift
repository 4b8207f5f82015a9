// SPDX-License-Identifier: Apache-2.0
// The results of a map, in the order in which they are ready.

import DequeModule

/// The outputs of one closure or task over many inputs, in completion order.
///
/// Otherwise like ``MapSequence``: lazy, bounded, ended by the first error.
public struct UnorderedMapSequence<Inputs: Sequence, Output: Codable & Sendable>: AsyncSequence
where Inputs.Element: Sendable {
    /// An output.
    public typealias Element = Output

    let executor: any FutureExecutor
    let makeDriver: () throws -> MapDriver<Inputs, Output>

    /// Starts the map.
    public func makeAsyncIterator() -> Iterator {
        Iterator(executor: executor, driver: Result(catching: makeDriver))
    }

    /// Delivers the outputs; letting go of it cancels what is in flight.
    public final class Iterator: AsyncIteratorProtocol {
        private let executor: any FutureExecutor
        private let driver: Result<MapDriver<Inputs, Output>, any Error>
        private let completions: AsyncStream<Int>
        private var completionIterator: AsyncStream<Int>.Iterator
        private let completed: AsyncStream<Int>.Continuation
        private var window: Int?
        private var nextKey = 0
        private var chunks: [Int: MapDriver<Inputs, Output>.Chunk] = [:]
        private var ready: Deque<Result<Output, any Error>> = []
        private var hasEnded = false

        init(executor: any FutureExecutor, driver: Result<MapDriver<Inputs, Output>, any Error>) {
            self.executor = executor
            self.driver = driver
            (completions, completed) = AsyncStream.makeStream(of: Int.self)
            completionIterator = completions.makeAsyncIterator()
        }

        deinit { cancelAll() }

        /// The next output, `nil` after the last.
        ///
        /// - Throws: What the item threw, an ``ExecutorError``, or `CancellationError` where this task is cancelled.
        public func next() async throws -> Output? {
            guard !hasEnded else { return nil }
            let driver = try self.driver.get()
            while ready.isEmpty {
                try await fill(driver)
                guard !chunks.isEmpty else { return nil }
                guard let key = await completionIterator.next(isolation: #isolation),
                    let chunk = chunks.removeValue(forKey: key)
                else {
                    end()
                    throw CancellationError()
                }
                for part in driver.remainders(of: chunk, await chunk.future.result) {
                    switch part {
                    case .results(let results): ready.append(contentsOf: results)
                    case .again(let inputs, let first): track(await driver.submit(inputs, first: first))
                    }
                }
            }
            guard let result = ready.popFirst() else { return nil }
            if case .failure = result { end() }
            return try result.get()
        }

        private func fill(_ driver: MapDriver<Inputs, Output>) async throws {
            if window == nil { window = Swift.max(16, await 4 * executor.concurrency) }
            while chunks.count < window ?? 16, let chunk = await driver.submitNext() { track(chunk) }
        }

        private func track(_ chunk: MapDriver<Inputs, Output>.Chunk) {
            let key = nextKey
            nextKey += 1
            chunks[key] = chunk
            chunk.future.storage.whenEnded { [completed] _ in completed.yield(key) }
        }

        private func end() {
            hasEnded = true
            cancelAll()
            chunks = [:]
            ready = []
        }

        private func cancelAll() {
            for chunk in chunks.values { chunk.future.cancel() }
        }
    }
}
