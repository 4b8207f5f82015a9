// SPDX-License-Identifier: Apache-2.0
// A task made of a closure without input.

/// A closure that captures nothing and takes nothing: what `submit { … }` makes.
package struct SupplierTask<Output: Codable & Sendable>: RemoteTask {
    /// The closure.
    package let closure: ShippedClosure<Body>

    /// Checks that a closure can be sent to another process.
    ///
    /// - Throws: ``ExecutorError`` with code `closureNotShippable`, as ``ClosureTask`` does.
    package init(
        body: @escaping @Sendable @concurrent () async throws -> Output, fileID: String = #fileID
    ) throws {
        closure = try ShippedClosure(Body(call: body), fileID: fileID)
    }

    /// Calls the closure.
    @concurrent package func run() async throws -> Output {
        try await closure.body.call()
    }

    /// The function type of the closure.
    package struct Body: ClosureBody {
        /// The closure.
        let call: @Sendable @concurrent () async throws -> Output
    }
}
