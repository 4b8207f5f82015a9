// SPDX-License-Identifier: Apache-2.0
// The one place that a future's handles and its promise share.

import Synchronization

/// The state of one future behind a lock, whatever the type of its value; everything that resumes a waiter happens
/// after unlocking.
///
/// Not generic on purpose: a future per small task is what a pool spends its time on, and generic code that is not
/// specialised looks its types up at every step. ``FutureStorage`` gives it its type back.
package final class FutureBoard: Sendable {
    /// How the work ended.
    package enum Outcome: Sendable {
        case value(any Sendable)
        case failure(any Error)
    }

    private typealias Waiter = CheckedContinuation<Outcome, Never>

    private struct State {
        var state = FutureState.pending
        var outcome: Outcome?
        var nextKey: UInt64 = 0
        var waiters: [(key: UInt64, waiter: Waiter)] = []
        var onCancel: (@Sendable () -> Void)?
        var progress: TaskProgress?
        /// Whether the program has waited for the end; counts where there is an arbiter.
        var isSeen = false
        /// What most futures never have.
        var audience: Audience?
    }

    /// Those who want more than the outcome.
    private struct Audience {
        var observers: [(key: UInt64, observer: @Sendable (Outcome) -> Void)] = []
        var streams: [UInt64: AsyncStream<TaskProgress>.Continuation] = [:]
    }

    private let state: Mutex<State>
    /// Whether a cancelled wait cancels the work.
    package let cancelsWithWaiter: Bool
    /// The random stream of the submission, where an executor has numbered it.
    package let submission: UInt64?
    /// Who settles questions of timing, where that is not this process alone.
    package let arbiter: (any TimingArbiter)?
    /// Whether a request to cancel ends the future at once, because it owns no work.
    private let endsWhenCancelled: Bool
    /// The future that this one is made from.
    private let base: FutureBoard?

    package init(
        cancelsWithWaiter: Bool, submission: UInt64?, base: FutureBoard? = nil,
        arbiter: (any TimingArbiter)? = nil, endsWhenCancelled: Bool = false, onCancel: (@Sendable () -> Void)?
    ) {
        self.base = base
        self.endsWhenCancelled = endsWhenCancelled
        self.arbiter = arbiter ?? base?.arbiter
        state = Mutex(State(onCancel: onCancel))
        self.cancelsWithWaiter = cancelsWithWaiter
        self.submission = submission
    }

    package var current: FutureState {
        let state = state.withLock { $0.state }
        // A future that is made from another one runs while that one does.
        return state == .pending && base?.current == .running ? .running : state
    }

    package var outcomeIfEnded: Outcome? { state.withLock { $0.outcome } }

    /// Marks the work as begun; nothing happens where it has ended.
    package func start() {
        state.withLock { if $0.state == .pending { $0.state = .running } }
    }

    /// Ends the future; false where it had ended before.
    package func end(_ outcome: Outcome) -> Bool {
        let ending = state.withLock { state -> (waiters: [(key: UInt64, waiter: Waiter)], audience: Audience?)? in
            guard state.outcome == nil else { return nil }
            state.outcome = outcome
            switch outcome {
            case .value: state.state = .succeeded
            case .failure(is CancellationError): state.state = .cancelled
            case .failure: state.state = .failed
            }
            defer {
                state.waiters = []
                state.audience = nil
                state.onCancel = nil
            }
            return (state.waiters, state.audience)
        }
        guard let ending else { return false }
        for (_, waiter) in ending.waiters { waiter.resume(returning: outcome) }
        if let audience = ending.audience {
            for stream in audience.streams.values { stream.finish() }
            for (_, observer) in audience.observers { observer(outcome) }
        }
        return true
    }

    /// Passes a cancellation request to the executor that owns the work.
    package func requestCancel() {
        if endsWhenCancelled { _ = end(.failure(CancellationError())) }
        state.withLock { $0.onCancel }?()
    }

    /// Calls `observer` once with the outcome: now where there is one, at the end otherwise.
    ///
    /// - Returns: What ``forget(_:)`` takes.
    @discardableResult
    package func whenEnded(_ observer: @escaping @Sendable (Outcome) -> Void) -> UInt64 {
        let (key, outcome) = state.withLock { state in
            state.nextKey += 1
            if state.outcome == nil {
                state.audience = state.audience ?? Audience()
                state.audience?.observers.append((state.nextKey, observer))
            }
            return (state.nextKey, state.outcome)
        }
        if let outcome { observer(outcome) }
        return key
    }

    /// Takes an observer out that has not been called yet.
    package func forget(_ key: UInt64) {
        // Its last reference must not go away under the lock.
        let observer = state.withLock { state -> (@Sendable (Outcome) -> Void)? in
            guard let index = state.audience?.observers.firstIndex(where: { $0.key == key }) else { return nil }
            return state.audience?.observers.remove(at: index).observer
        }
        _ = observer
    }

    /// Waits for the end, or for the cancellation of the waiting Swift task.
    ///
    /// - Parameter passesCancellation: Whether a cancelled wait may cancel the work, where the submission asked for it.
    package func wait(passesCancellation: Bool) async -> Outcome {
        if let outcome = outcomeIfEnded { return outcome }
        let key = state.withLock { state in
            state.nextKey += 1
            return state.nextKey
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter) in
                let ended = state.withLock { state in
                    if state.outcome == nil { state.waiters.append((key, waiter)) }
                    return state.outcome
                }
                if let ended {
                    waiter.resume(returning: ended)
                } else if Task.isCancelled {
                    // The handler may have run before the waiter was registered.
                    leave(key)
                }
            }
        } onCancel: {
            leave(key)
            if passesCancellation && cancelsWithWaiter { requestCancel() }
        }
    }

    private func leave(_ key: UInt64) {
        let waiter: Waiter? = state.withLock { state in
            guard let index = state.waiters.firstIndex(where: { $0.key == key }) else { return nil }
            return state.waiters.remove(at: index).waiter
        }
        waiter?.resume(returning: .failure(CancellationError()))
    }
}

extension FutureBoard {
    /// Notes that the program has waited for the end, which is when every process in lockstep may look at it.
    package func noteSeen() {
        guard arbiter != nil else { return }
        state.withLock { if $0.outcome != nil { $0.isSeen = true } }
        base?.noteSeen()
    }

    /// Where the future stands, as far as every process that runs this program knows.
    package var shown: FutureState {
        arbiter == nil || state.withLock({ $0.isSeen }) ? current : .pending
    }

    /// The outcome, as far as every process that runs this program knows.
    package var shownOutcome: Outcome? {
        state.withLock { arbiter == nil || $0.isSeen ? $0.outcome : nil }
    }

    /// Hands a progress report to everybody who listens.
    package func report(_ progress: TaskProgress) {
        state.withLock { state in
            guard state.outcome == nil else { return }
            state.progress = progress
            guard let audience = state.audience else { return }
            // Under the lock, so that no listener sees a report after a newer one; nothing of theirs runs here.
            for stream in audience.streams.values { stream.yield(progress) }
        }
    }

    /// The reports from now on, the last one made first; slow listeners see the newest only.
    package func progressStream() -> AsyncStream<TaskProgress> {
        if let base { return base.progressStream() }
        let (stream, continuation) = AsyncStream.makeStream(of: TaskProgress.self, bufferingPolicy: .bufferingNewest(1))
        let (key, ended) = state.withLock { state in
            state.nextKey += 1
            if let last = state.progress { continuation.yield(last) }
            if state.outcome == nil {
                state.audience = state.audience ?? Audience()
                state.audience?.streams[state.nextKey] = continuation
            }
            return (state.nextKey, state.outcome != nil)
        }
        if ended { continuation.finish() }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.audience?.streams.removeValue(forKey: key) }
        }
        return stream
    }
}
