// SPDX-License-Identifier: Apache-2.0
// The results of a map, in the order of the inputs.

import DequeModule

/// The outputs of one closure or task over many inputs, in input order.
///
/// Nothing is submitted before the first result is asked for. Inputs are taken as they are needed, so the sequence may
/// be infinite; a bounded number is in flight. The first error that an item throws ends the sequence and cancels what
/// is in flight; ``results`` goes on instead.
public struct MapSequence<Inputs: Sequence, Output: Codable & Sendable>: AsyncSequence
where Inputs.Element: Sendable {
    /// An output.
    public typealias Element = Output

    let executor: any FutureExecutor
    var bounds = MapBounds()
    let makeDriver: () throws -> MapDriver<Inputs, Output>

    /// The outputs and the errors, one for each input: an item's error does not end this sequence.
    public var results: MapResults<Inputs, Output> {
        MapResults(executor: executor, bounds: bounds, makeDriver: makeDriver)
    }

    /// The same with a time limit for all outputs, from the start of the loop.
    ///
    /// An output that is not there by then is ``ExecutorError/Code/timedOut``; it ends the loop and cancels the rest.
    public func within(_ limit: Duration) -> Self {
        var copy = self
        copy.bounds.limit = limit
        return copy
    }

    /// The same with a bound on the submissions that are in flight, at least 1; a multiple of the workers otherwise.
    public func inFlight(_ submissions: Int) -> Self {
        var copy = self
        copy.bounds.inFlight = submissions
        return copy
    }

    /// Starts the map.
    public func makeAsyncIterator() -> Iterator {
        Iterator(base: results.makeAsyncIterator())
    }

    /// Delivers the outputs.
    public struct Iterator: AsyncIteratorProtocol {
        private var base: MapResults<Inputs, Output>.Iterator?

        init(base: MapResults<Inputs, Output>.Iterator) { self.base = base }

        /// The next output, `nil` after the last.
        ///
        /// - Throws: What the item threw, an ``ExecutorError``, or `CancellationError` where this task is cancelled.
        public mutating func next() async throws -> Output? {
            guard let base, let result = try await base.next() else { return nil }
            if case .failure = result { self.base = nil }
            return try result.get()
        }
    }
}

/// The results of a map in input order, errors included.
public struct MapResults<Inputs: Sequence, Output: Codable & Sendable>: AsyncSequence
where Inputs.Element: Sendable {
    /// The output or the error of an item.
    public typealias Element = Result<Output, any Error>

    let executor: any FutureExecutor
    let bounds: MapBounds
    let makeDriver: () throws -> MapDriver<Inputs, Output>

    /// Starts the map.
    public func makeAsyncIterator() -> Iterator {
        Iterator(executor: executor, bounds: bounds, driver: Result(catching: makeDriver))
    }

    /// Delivers the results; letting go of it cancels what is in flight.
    public final class Iterator: AsyncIteratorProtocol {
        private enum Slot {
            case chunk(MapDriver<Inputs, Output>.Chunk)
            case results([Result<Output, any Error>])
        }

        private let executor: any FutureExecutor
        private let driver: Result<MapDriver<Inputs, Output>, any Error>
        private let bounds: MapBounds
        private let deadline: ContinuousClock.Instant?
        private var window: Int?
        private var slots: Deque<Slot> = []
        private var ready: Deque<Result<Output, any Error>> = []
        private var hasEnded = false

        init(
            executor: any FutureExecutor, bounds: MapBounds, driver: Result<MapDriver<Inputs, Output>, any Error>
        ) {
            self.executor = executor
            self.driver = driver
            self.bounds = bounds
            deadline = bounds.limit.map { ContinuousClock.now + $0 }
        }

        deinit { cancelAll() }

        /// The next result, `nil` after the last.
        ///
        /// - Throws: `CancellationError` where this task is cancelled, and the refusal where the closure can't be sent.
        public func next() async throws -> Result<Output, any Error>? {
            guard !hasEnded else { return nil }
            let driver = try self.driver.get()
            while ready.isEmpty {
                try await fill(driver)
                guard let slot = slots.popFirst() else { return nil }
                switch slot {
                case .results(let results): ready.append(contentsOf: results)
                case .chunk(let chunk): try await take(chunk, driver)
                }
            }
            return ready.popFirst()
        }

        private func fill(_ driver: MapDriver<Inputs, Output>) async throws {
            if window == nil { window = try await bounds.window(executor) }
            while slots.count < window ?? 1, let chunk = await driver.submitNext() {
                slots.append(.chunk(chunk))
            }
        }

        private func take(_ chunk: MapDriver<Inputs, Output>.Chunk, _ driver: MapDriver<Inputs, Output>) async throws {
            let result = try await result(of: chunk)
            guard let result, !Task.isCancelled else {
                chunk.future.storage.giveUp()
                cancelAll()
                hasEnded = true
                throw result == nil ? bounds.timeout : CancellationError()
            }
            var parts: [Slot] = []
            for part in driver.remainders(of: chunk, result) {
                switch part {
                case .results(let results): parts.append(.results(results))
                case .again(let inputs, let first): parts.append(.chunk(await driver.submit(inputs, first: first)))
                }
            }
            slots.prepend(contentsOf: parts)
        }

        /// What became of a chunk, `nil` where the time is up.
        private func result(
            of chunk: MapDriver<Inputs, Output>.Chunk
        ) async throws -> Result<ChunkOutput<Output>, any Error>? {
            guard let deadline else { return await chunk.future.result }
            return try await chunk.future.storage.result(within: deadline - .now)
        }

        private func cancelAll() {
            // The last first: a worker that leaves what runs would else begin what is cancelled a moment later.
            for case .chunk(let chunk) in slots.reversed() { chunk.future.storage.giveUp() }
            slots = []
        }
    }
}
