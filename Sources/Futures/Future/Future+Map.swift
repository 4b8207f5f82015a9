// SPDX-License-Identifier: Apache-2.0
// Futures of what is made of another one's value or error.

/// A future that is made from another one stands for that one's work: cancelling either cancels both. What must leave
/// the base alone is made from `future.shielded`. A cancellation is no error: it passes through every combinator.
extension Future {
    /// A future of the value that `transform` makes of this one's value.
    ///
    /// `transform` runs where this future ends and must be quick; its error is the new future's. Cancelling the new
    /// future asks for the cancellation of this one's work, and it shows this one's progress.
    public func map<NewValue: Sendable>(
        _ transform: @escaping @Sendable (Value) throws -> NewValue
    ) -> Future<NewValue> {
        derive { result in Result { try transform(result.get()) } }
    }

    /// A future of the same value, or of the error that `transform` makes of this one's.
    ///
    /// `transform` runs where this future ends and must be quick; a cancellation passes by it.
    public func mapError(_ transform: @escaping @Sendable (any Error) -> any Error) -> Future {
        derive { result in
            guard case .failure(let error) = result, !(error is CancellationError) else { return result }
            return .failure(transform(error))
        }
    }

    /// A future of the same value, or of the one that `transform` finds in place of the error.
    ///
    /// `transform` runs where this future ends and must be quick; the error that it throws is the new future's. A
    /// cancellation passes by it.
    public func recover(_ transform: @escaping @Sendable (any Error) throws -> Value) -> Future {
        derive { result in
            guard case .failure(let error) = result, !(error is CancellationError) else { return result }
            return Result { try transform(error) }
        }
    }

    private func derive<NewValue: Sendable>(
        _ transform: @escaping @Sendable (Result<Value, any Error>) -> Result<NewValue, any Error>
    ) -> Future<NewValue> {
        let derived = FutureStorage<NewValue>(madeFrom: storage)
        storage.whenEnded { _ = derived.end(transform($0)) }
        return Future<NewValue>(storage: derived)
    }
}
