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

extension ConsumerTask {
    /// Finds the closure's code in this process, and decodes the input.
    ///
    /// - Throws: ``ExecutorError`` with code `imageMismatch` if the closure belongs to another program, and
    ///   `decodingFailed` if there is no such closure; and what the input throws.
    package init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        closure = try ShippedClosure(from: &container)
        input = try container.decode(Input.self)
    }

    /// Encodes the place of the closure's code, and the input.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try closure.encode(to: &container)
        try container.encode(input)
    }
}
