// SPDX-License-Identifier: Apache-2.0
// A task made of a closure without input and output.

/// A closure that captures, takes and returns nothing: what `submit { print("here") }` makes.
package struct ActionTask: RemoteTask {
    /// The closure.
    package let closure: ShippedClosure<Body>

    /// Checks that a closure can be sent to another process.
    ///
    /// - Throws: ``ExecutorError`` with code `closureNotShippable`, as ``ClosureTask`` does.
    package init(body: @escaping @Sendable @concurrent () async throws -> Void, fileID: String = #fileID) throws {
        closure = try ShippedClosure(Body(call: body), fileID: fileID)
    }

    /// Calls the closure.
    @concurrent package func run() async throws -> NoValue {
        try await closure.body.call()
        return NoValue()
    }

    /// The function type of the closure.
    package struct Body: ClosureBody {
        /// The closure.
        let call: @Sendable @concurrent () async throws -> Void
    }
}
