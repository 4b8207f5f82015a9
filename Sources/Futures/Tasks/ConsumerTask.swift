// SPDX-License-Identifier: Apache-2.0
// A task made of a closure without output, and its input.

/// A closure that captures nothing and returns nothing, with the input to call it with: what `submit(input) { print($0) }` makes.
package struct ConsumerTask<Input: Codable & Sendable>: RemoteTask {
    /// The closure.
    package let closure: ShippedClosure<Body>
    /// What it is called with.
    package let input: Input

    /// Checks that a closure can be sent to another process, and joins it with its input.
    ///
    /// - Throws: ``ExecutorError`` with code `closureNotShippable`, as ``ClosureTask`` does.
    package init(
        _ input: Input, body: @escaping @Sendable @concurrent (Input) async throws -> Void, fileID: String = #fileID
    ) throws {
        closure = try ShippedClosure(Body(call: body), fileID: fileID)
        self.input = input
    }

    /// Calls the closure.
    @concurrent package func run() async throws -> NoValue {
        try await closure.body.call(input)
        return NoValue()
    }

    /// The function type of the closure.
    package struct Body: ClosureBody {
        /// The closure.
        let call: @Sendable @concurrent (Input) async throws -> Void
    }
}
