// SPDX-License-Identifier: Apache-2.0
// Futures made from futures.

extension Future {
    /// A future of the value that `transform` makes of this one's value.
    ///
    /// `transform` runs where this future ends and must be quick; its error is the new future's. Cancelling the new
    /// future asks for the cancellation of this one's work, and it shows this one's progress.
    public func map<NewValue: Sendable>(
        _ transform: @escaping @Sendable (Value) throws -> NewValue
    ) -> Future<NewValue> {
        let derived = FutureStorage<NewValue>(madeFrom: storage)
        storage.whenEnded { result in
            _ = derived.end(Result { try transform(result.get()) })
        }
        return Future<NewValue>(storage: derived)
    }
}
