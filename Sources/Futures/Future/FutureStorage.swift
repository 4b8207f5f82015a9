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

    /// The state of a future that follows another one, and whose cancellation leaves that one alone.
    package init(shielding base: FutureStorage) {
        // Where processes run in lockstep nothing can be cancelled: the executor says so.
        var refuse: (@Sendable () -> Void)?
        if base.arbiter != nil { refuse = { base.requestCancel() } }
        board = FutureBoard(
            cancelsWithWaiter: false, submission: base.submission, arbiter: base.arbiter,
            endsWhenCancelled: refuse == nil, onCancel: refuse)
    }

    package var current: FutureState { board.current }

    /// Where the future stands, as far as every process that runs this program knows.
    package var shown: FutureState { board.shown }

    /// The result, as far as every process that runs this program knows.
    package var shownResult: Result<Value, any Error>? { board.shownOutcome.map(Self.result) }

    /// What two handles of one future have in common.
    package var identity: ObjectIdentifier { ObjectIdentifier(board) }

    package var cancelsWithWaiter: Bool { board.cancelsWithWaiter }

    /// Cancels work that nobody wants any more; where nothing can be cancelled it goes on, and nobody is told.
    package func giveUp() {
        if arbiter == nil { requestCancel() }
    }

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
    ///
    /// - Returns: What ``forget(_:)`` takes.
    @discardableResult
    package func whenEnded(_ observer: @escaping @Sendable (Result<Value, any Error>) -> Void) -> UInt64 {
        board.whenEnded { observer(Self.result($0)) }
    }

    /// Takes an observer out that has not been called yet.
    package func forget(_ key: UInt64) { board.forget(key) }

    /// Notes that the program has waited for the end, which is when every process in lockstep may look at it.
    package func noteSeen() { board.noteSeen() }

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
