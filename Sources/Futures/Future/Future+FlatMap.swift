// SPDX-License-Identifier: Apache-2.0
// Futures of what another future leads to.

import Synchronization

extension Future {
    /// A future that follows the one that `transform` makes of this one's value.
    ///
    /// `transform` runs in a Swift task of its own when the value is there, and may submit. An error or a cancellation
    /// of this future is the new one's. Cancelling the new future cancels what it stands for at the time: this one's
    /// work, the Swift task of `transform`, or the work that this has begun.
    ///
    /// Where every process runs the program (strategy `syncro`), submit nothing in `transform`: what runs when a value
    /// happens to be there has no order that all processes agree on. Await the value, then submit.
    public func flatMap<NewValue: Sendable>(
        _ transform: @escaping @Sendable @concurrent (Value) async throws -> Future<NewValue>
    ) -> Future<NewValue> {
        let chain = FutureChain(base: { [storage] in storage.requestCancel() })
        let derived = FutureStorage<NewValue>(
            cancelsWithWaiter: storage.cancelsWithWaiter, submission: storage.submission, arbiter: storage.arbiter,
            onCancel: { chain.cancel() })
        storage.whenEnded { result in
            switch result {
            case .failure(let error): _ = derived.end(.failure(error))
            case .success(let value):
                derived.start()
                chain.transform {
                    do {
                        try chain.checkCancellation()
                        let next = try await transform(value)
                        chain.follow { next.storage.requestCancel() }
                        next.storage.whenEnded { _ = derived.end($0) }
                    } catch {
                        _ = derived.end(.failure(error))
                    }
                }
            }
        }
        return Future<NewValue>(storage: derived)
    }

    /// A future of the same result that can be cancelled by itself: this one's work goes on, its late result is ignored.
    ///
    /// Where every process runs the program (strategy `syncro`) its cancellation is refused like this one's.
    public var shielded: Future {
        let shield = FutureStorage(shielding: storage)
        storage.whenEnded { _ = shield.end($0) }
        return Future(storage: shield)
    }
}

/// Where a chain of two futures stands, for those who want it cancelled.
private final class FutureChain: Sendable {
    private enum Stage {
        /// The first future has not ended.
        case waiting
        /// The Swift task that makes the second one runs.
        case transforming(Task<Void, Never>)
        /// The second one was made; this cancels its work.
        case following(@Sendable () -> Void)
    }

    private let state = Mutex((stage: Stage.waiting, isCancelled: false))
    private let cancelBase: @Sendable () -> Void

    init(base cancelBase: @escaping @Sendable () -> Void) { self.cancelBase = cancelBase }

    /// Cancels what the chain stands for now, and what it leads to.
    func cancel() {
        let stage = state.withLock { state in
            state.isCancelled = true
            return state.stage
        }
        switch stage {
        case .waiting: cancelBase()
        case .transforming(let task): task.cancel()
        case .following(let cancel): cancel()
        }
    }

    /// Throws where a cancellation was asked for.
    func checkCancellation() throws {
        if state.withLock({ $0.isCancelled }) { throw CancellationError() }
    }

    /// Runs what makes the second future.
    func transform(_ body: @escaping @Sendable () async -> Void) {
        let task = Task { await body() }
        let isCancelled = state.withLock { state in
            // The body may have come to its end already.
            if case .waiting = state.stage { state.stage = .transforming(task) }
            return state.isCancelled
        }
        if isCancelled { task.cancel() }
    }

    /// Has the second future cancelled from now on, and now where that was asked before.
    func follow(_ cancel: @escaping @Sendable () -> Void) {
        let isCancelled = state.withLock { state in
            state.stage = .following(cancel)
            return state.isCancelled
        }
        if isCancelled { cancel() }
    }
}
