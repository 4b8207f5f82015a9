// SPDX-License-Identifier: Apache-2.0
// What is to be done once where several processes run the program.

extension MPIExecutor {
    /// Whether this process is the one that reads input and writes results.
    ///
    /// Rank 0 in strategy `syncro`, where every rank runs the program; true everywhere else.
    public nonisolated var isRoot: Bool { backend.isRoot }

    /// Runs a closure on the process that is ``isRoot``, and nothing on the others.
    ///
    /// For input and output. In strategy `syncro` the other ranks go on at once and do not see the value: submit
    /// nothing inside, and let no later submission depend on it. While the closure runs, the others wait for this
    /// rank beyond their patience.
    ///
    /// - Returns: What the closure returned; `nil` where it did not run.
    @discardableResult
    public nonisolated func onRoot<Value>(_ body: () throws -> Value) rethrows -> Value? {
        guard isRoot else { return nil }
        backend.holdOthers(true)
        defer { backend.holdOthers(false) }
        return try body()
    }

    /// Runs a closure that waits on the process that is ``isRoot``, and nothing on the others; see the other `onRoot`.
    ///
    /// - Returns: What the closure returned; `nil` where it did not run.
    @discardableResult
    public nonisolated func onRoot<Value>(_ body: () async throws -> Value) async rethrows -> Value? {
        guard isRoot else { return nil }
        backend.holdOthers(true)
        defer { backend.holdOthers(false) }
        return try await body()
    }
}
