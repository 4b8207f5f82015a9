// SPDX-License-Identifier: Apache-2.0
// What comes back from a chunk of a map.

/// The outcomes of the items of a chunk that ran, in their order.
struct ChunkOutput<Output: Codable & Sendable>: Codable, Sendable {
    /// An item that threw.
    struct Failure: Codable, Sendable {
        var index: Int
        var error: ErrorPayload
    }

    /// How many items ran; the others were given back because the chunk's time was up.
    private(set) var count = 0
    /// The outputs of the items that returned; numbers travel as one block.
    private(set) var values: [Output] = []
    private(set) var failures: [Failure] = []
    /// The run time of the whole chunk.
    private(set) var microseconds = 0.0

    /// The outcomes, one for each item that ran.
    var results: [Result<Output, any Error>] {
        var results: [Result<Output, any Error>] = []
        results.reserveCapacity(count)
        var value = values.makeIterator()
        var failure = failures.makeIterator()
        var nextFailure = failure.next()
        for index in 0..<count {
            if let failed = nextFailure, failed.index == index {
                results.append(.failure(failed.error.error))
                nextFailure = failure.next()
            } else if let next = value.next() {
                results.append(.success(next))
            }
        }
        return results
    }

    /// Runs the items of a chunk one after the other until they are through or the time is up.
    ///
    /// - Parameters:
    ///   - budget: Microseconds after which no further item begins; the first one always does.
    ///   - first: The number of the first item within the whole map, for the random streams.
    static func run(
        count: Int, first: UInt64, budget: Double, item: (Int) async throws -> Output
    ) async throws -> Self {
        var output = Self()
        let clock = ContinuousClock()
        let start = clock.now
        let context = TaskContext.current
        output.values.reserveCapacity(count)
        for index in 0..<count {
            if index > 0 {
                try Task.checkCancellation()
                if output.microseconds > budget { break }
            }
            context?.itemSink?(index)
            do {
                let value = try await TaskContext.$current.withValue(context?.forItem(first + UInt64(index))) {
                    try await item(index)
                }
                output.values.append(value)
            } catch {
                output.failures.append(Failure(index: index, error: ErrorPayload(error, worker: context?.worker)))
            }
            output.count += 1
            output.microseconds = (clock.now - start) / .microseconds(1)
        }
        return output
    }
}
