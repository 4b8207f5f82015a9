// SPDX-License-Identifier: Apache-2.0
// Waits that the program makes, and those with a time limit.

extension FutureStorage {
    /// Waits on behalf of the program, which may look at the future from then on.
    package func waitAndSee() async -> Result<Value, any Error> {
        let result = await wait()
        noteSeen()
        return result
    }

    /// The result, if it comes in time, else `nil`; settled by the arbiter where there is one.
    package func result(within limit: Duration) async throws -> Result<Value, any Error>? {
        guard let arbiter else { return try await ownResult(within: limit) }
        let isInTime = try await arbiter.decide("whether a result comes in time") {
            try await self.ownResult(within: limit) == nil ? 0 : 1
        }
        return isInTime == 1 ? await waitAndSee() : nil
    }

    /// The result, if it comes to this process in time.
    private func ownResult(within limit: Duration) async throws -> Result<Value, any Error>? {
        if let result = resultIfEnded { return result }
        return try await withTaskCancellationHandler {
            try await withThrowingTaskGroup(of: Result<Value, any Error>?.self) { group in
                // The end of the limit cancels this wait, and must not count as a cancelled waiter.
                group.addTask { await self.wait(passesCancellation: false) }
                group.addTask {
                    try await Task.sleep(for: max(limit, .zero))
                    return nil
                }
                defer { group.cancelAll() }
                // Two children were added, so there is a first one to finish.
                return try await group.next()!
            }
        } onCancel: {
            if cancelsWithWaiter { requestCancel() }
        }
    }
}
