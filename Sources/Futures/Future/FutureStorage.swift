// SPDX-License-Identifier: Apache-2.0
// A future's state with the type of its value.

/// What the handles of a future and its promise share; a reference.
package struct FutureStorage<Value: Sendable>: Sendable {
    fileprivate let board: FutureBoard

    package init(
        cancelsWithWaiter: Bool = false, submission: UInt64? = nil, arbiter: (any TimingArbiter)? = nil,
        onCancel: (@Sendable () -> Void)? = nil
    ) {
        board = FutureBoard(
            cancelsWithWaiter: cancelsWithWaiter, submission: submission, arbiter: arbiter, onCancel: onCancel)
    }

    /// The state of a future that is made from another one.
    package init<Base>(madeFrom base: FutureStorage<Base>) {
        board = FutureBoard(
            cancelsWithWaiter: base.cancelsWithWaiter, submission: base.submission, base: base.board,
            onCancel: { base.requestCancel() })
    }

    package var current: FutureState { board.current }

    package var cancelsWithWaiter: Bool { board.cancelsWithWaiter }

    /// Who settles questions of timing about this future, where that is not this process alone.
    package var arbiter: (any TimingArbiter)? { board.arbiter }

    /// The random stream of the submission, where an executor has numbered it.
    package var submission: UInt64? { board.submission }

    package var resultIfEnded: Result<Value, any Error>? { board.outcomeIfEnded.map(Self.result) }

    /// Marks the work as begun; nothing happens where it has ended.
    package func start() { board.start() }

    /// Ends the future; false where it had ended before.
    package func end(_ result: Result<Value, any Error>) -> Bool {
        switch result {
        case .success(let value): board.end(.value(value))
        case .failure(let error): board.end(.failure(error))
        }
    }

    /// Passes a cancellation request to the executor that owns the work.
    package func requestCancel() { board.requestCancel() }

    /// Calls `observer` once with the result: now where there is one, at the end otherwise.
    package func whenEnded(_ observer: @escaping @Sendable (Result<Value, any Error>) -> Void) {
        board.whenEnded { observer(Self.result($0)) }
    }

    /// Waits for the end, or for the cancellation of the waiting Swift task.
    ///
    /// - Parameter passesCancellation: Whether a cancelled wait may cancel the work, where the submission asked for it.
    package func wait(passesCancellation: Bool = true) async -> Result<Value, any Error> {
        Self.result(await board.wait(passesCancellation: passesCancellation))
    }

    /// Hands a progress report to everybody who listens.
    package func report(_ progress: TaskProgress) { board.report(progress) }

    /// The reports from now on, the last one made first; slow listeners see the newest only.
    package func progressStream() -> AsyncStream<TaskProgress> { board.progressStream() }

    private static func result(_ outcome: FutureBoard.Outcome) -> Result<Value, any Error> {
        switch outcome {
        // Safe: only `end` above puts values in, and it takes a `Value`.
        case .value(let value): .success(value as! Value)
        case .failure(let error): .failure(error)
        }
    }
}
