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
    var bounds = MapBounds()
    let makeDriver: () throws -> MapDriver<Inputs, Output>

    /// The same with a time limit, as ``MapSequence/within(_:)``.
    public func within(_ limit: Duration) -> Self {
        var copy = self
        copy.bounds.limit = limit
        return copy
    }

    /// The same with a bound on the submissions that are in flight, as ``MapSequence/inFlight(_:)``.
    public func inFlight(_ submissions: Int) -> Self {
        var copy = self
        copy.bounds.inFlight = submissions
        return copy
    }

    /// Starts the map.
    public func makeAsyncIterator() -> Iterator {
        Iterator(executor: executor, bounds: bounds, driver: Result(catching: makeDriver))
    }

    /// Delivers the outputs; letting go of it cancels what is in flight.
    public final class Iterator: AsyncIteratorProtocol {
        private let executor: any FutureExecutor
        private let driver: Result<MapDriver<Inputs, Output>, any Error>
        private let bounds: MapBounds
        private let completed = CompletionQueue()
        private var arbiter: (any TimingArbiter)?
        private var window: Int?
        private var trackedCount = 0
        private var chunks: [Int: MapDriver<Inputs, Output>.Chunk] = [:]
        private var ready: Deque<Result<Output, any Error>> = []
        private var hasEnded = false

        init(
            executor: any FutureExecutor, bounds: MapBounds, driver: Result<MapDriver<Inputs, Output>, any Error>
        ) {
            self.executor = executor
            self.driver = driver
            self.bounds = bounds
            if let limit = bounds.limit { completed.limit(to: limit) }
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
                let chunk = try await nextChunk()
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
            if window == nil { window = try await bounds.window(executor) }
            while chunks.count < window ?? 1, let chunk = await driver.submitNext() { track(chunk) }
        }

        /// Takes out the chunk that has ended next.
        private func nextChunk() async throws -> MapDriver<Inputs, Output>.Chunk {
            do {
                guard let chunk = chunks.removeValue(forKey: try await nextKey()) else { throw bounds.timeout }
                return chunk
            } catch {
                end()
                throw error
            }
        }

        /// The key of the chunk that has ended next, negative where the time is up; settled by the arbiter where there
        /// is one.
        private func nextKey() async throws -> Int {
            guard let arbiter else { return try await completed.next() ?? -1 }
            return try await arbiter.decide("which part of an unordered map ends next") { [completed] in
                try await completed.next() ?? -1
            }
        }

        private func track(_ chunk: MapDriver<Inputs, Output>.Chunk) {
            let key = trackedCount
            trackedCount += 1
            chunks[key] = chunk
            arbiter = arbiter ?? chunk.future.storage.arbiter
            chunk.future.storage.whenEnded { [completed] _ in completed.push(key) }
        }

        private func end() {
            hasEnded = true
            cancelAll()
            chunks = [:]
            ready = []
        }

        private func cancelAll() {
            // The last first: a worker that leaves what runs would else begin what is cancelled a moment later.
            for key in chunks.keys.sorted(by: >) { chunks[key]?.future.storage.giveUp() }
        }
    }
}
