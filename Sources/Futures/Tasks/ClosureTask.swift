// SPDX-License-Identifier: Apache-2.0
// A task made of a closure and its input.

/// A closure that captures nothing, with the input to call it with: what `submit(input) { … }` makes.
///
/// Encoded it is the place of the closure's code in the program's file, and the input.
public struct ClosureTask<Input: Codable & Sendable, Output: Codable & Sendable>: RemoteTask {
    /// The closure.
    package let closure: ShippedClosure<Body>
    /// What it is called with.
    public let input: Input

    /// Checks that a closure can be sent to another process, and joins it with its input.
    ///
    /// - Parameters:
    ///   - input: what the closure is called with.
    ///   - body: a closure literal that captures nothing. A function that passes it on must be generic over the types, as this is.
    ///   - fileID: where the literal is written; whoever passes a closure on passes this on, too.
    /// - Throws: ``ExecutorError`` with code `closureNotShippable` if the closure captures something, was converted, or is
    ///   written in top-level code.
    public init(
        _ input: Input, body: @escaping @Sendable @concurrent (Input) async throws -> Output, fileID: String = #fileID
    ) throws {
        closure = try ShippedClosure(Body(call: body), fileID: fileID)
        self.input = input
    }

    /// Joins a closure that was checked before with another input.
    package init(_ input: Input, closure: ShippedClosure<Body>) {
        self.closure = closure
        self.input = input
    }

    /// Calls the closure.
    @concurrent public func run() async throws -> Output {
        try await closure.body.call(input)
    }

    /// The function type of the closure.
    package struct Body: ClosureBody {
        /// The closure.
        package let call: @Sendable @concurrent (Input) async throws -> Output

        /// Keeps a closure as it is.
        package init(call: @escaping @Sendable @concurrent (Input) async throws -> Output) {
            self.call = call
        }
    }
}

extension ClosureTask {
    /// Finds the closure's code in this process, and decodes the input.
    ///
    /// - Throws: ``ExecutorError`` with code `imageMismatch` if the closure belongs to another program, and
    ///   `decodingFailed` if there is no such closure; and what the input throws.
    public init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        closure = try ShippedClosure(from: &container)
        input = try container.decode(Input.self)
    }

    /// Encodes the place of the closure's code, and the input.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try closure.encode(to: &container)
        try container.encode(input)
    }
}
