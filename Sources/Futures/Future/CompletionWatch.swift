// SPDX-License-Identifier: Apache-2.0
// Looks out for the ends of several futures.

/// Several futures, and who of them ends next; a future that is there twice counts once.
///
/// No Swift task waits for any of them. Where they have an arbiter, one process looks and all are told.
final class CompletionWatch<Value: Sendable>: Sendable {
    /// The futures, as they were given.
    let futures: [Future<Value>]
    /// The places of different futures, in order.
    let places: [Int]
    private let arbiter: (any TimingArbiter)?
    private let queue = CompletionQueue()
    private let keys: [UInt64]

    /// Begins to look out.
    ///
    /// - Parameter limit: For how long.
    init(_ futures: some Sequence<Future<Value>>, limit: Duration?) {
        let futures = Array(futures)
        self.futures = futures
        var known: Set<ObjectIdentifier> = []
        places = futures.indices.filter { known.insert(futures[$0].storage.identity).inserted }
        arbiter = futures.lazy.compactMap(\.storage.arbiter).first
        keys = places.map { [queue] place in
            futures[place].storage.whenEnded { _ in queue.push(place) }
        }
        if let limit { queue.limit(to: limit) }
    }

    deinit {
        for (place, key) in zip(places, keys) { futures[place].storage.forget(key) }
    }

    /// The place of the future that ends next, `nil` where the limit has passed; each comes once.
    ///
    /// - Throws: `CancellationError` where the waiting Swift task is cancelled.
    func next() async throws -> Int? {
        let place = try await settle("which of \(futures.count) futures ends next") { queue in
            try await queue.next() ?? -1
        }
        return place < 0 ? nil : place
    }

    /// The place of the first future that fails or is cancelled, `nil` where the limit has passed, and one past the
    /// last where all have succeeded.
    func nextFailure() async throws -> Int? {
        let (futures, count) = (futures, places.count)
        let place = try await settle("which of \(futures.count) futures fails first") { queue in
            for _ in 0..<count {
                guard let place = try await queue.next() else { return -1 }
                if case .failure = futures[place].storage.resultIfEnded { return place }
            }
            return futures.count
        }
        return place < 0 ? nil : place
    }

    /// Which futures have ended when all have, or when the limit has passed.
    func ended() async throws -> [Bool] {
        let (places, count) = (places, futures.count)
        let ended = EndedPlaces()
        var answer: [Bool] = []
        // An answer is one number; it holds the fates of this many futures.
        let width = 62
        for start in stride(from: 0, to: places.count, by: width) {
            let range = start..<min(start + width, places.count)
            let bits = try await settle("which of \(count) futures have ended, from \(start)") { queue in
                let known = try await ended.found { known in
                    while known.count < places.count, let place = try await queue.next() { known.insert(place) }
                }
                return range.reduce(0) { $0 | (known.contains(places[$1]) ? 1 << ($1 - start) : 0) }
            }
            answer += range.map { bits >> ($0 - start) & 1 == 1 }
        }
        return answer
    }

    /// What became of the future at a place that has ended, here or elsewhere.
    func completion(at place: Int) async -> Completion<Value> {
        Completion(index: place, result: await futures[place].storage.waitAndSee())
    }

    private func settle(
        _ question: String, _ answer: @escaping @Sendable (CompletionQueue) async throws -> Int
    ) async throws -> Int {
        guard let arbiter else { return try await answer(queue) }
        return try await arbiter.decide(question) { [queue] in try await answer(queue) }
    }
}

/// The places that were found to have ended, found once.
private actor EndedPlaces {
    private var places: Set<Int>?

    func found(_ find: @Sendable (inout Set<Int>) async throws -> Void) async throws -> Set<Int> {
        if let places { return places }
        var found: Set<Int> = []
        try await find(&found)
        places = found
        return found
    }
}
