// SPDX-License-Identifier: Apache-2.0
// A closure that captures nothing, as a value that another process of the same program can decode and call.

/// A struct whose only stored property is an `@Sendable @concurrent` async function: what ``ShippedClosure`` can take apart.
///
/// The struct is there to keep the function as it is. A function that is passed as a plain generic argument is first
/// wrapped in a thunk, which has a context even where the function has none; a stored property of function type isn't.
package protocol ClosureBody: Sendable {}

/// A closure on its way to another process: a reference to its code, without a context.
///
/// Make one with the function type that the closure was written for, inside the generic function that the user calls:
///
/// ```swift
/// struct Body: ClosureBody { let call: @Sendable @concurrent (Input) async throws -> Output }
/// let shipped = try ShippedClosure(Body(call: body), fileID: fileID)
/// ```
package struct ShippedClosure<Body: ClosureBody>: Sendable {
    /// The function, to be called in this process.
    package let body: Body
    /// Where its code lies.
    package let reference: CodeReference

    /// Checks that a closure means the same in another process.
    ///
    /// - Parameters:
    ///   - body: the closure.
    ///   - fileID: the file that submits it.
    /// - Throws: ``ExecutorError`` with code `closureNotShippable` if it has a context, or is in top-level code.
    package init(_ body: Body, fileID: String) throws(ExecutorError) {
        if TopLevelCode.isFile(fileID) { throw TopLevelCode.refusal }
        let words = FunctionWords(of: body)
        guard words.context == 0 else { throw Self.refusal(fileID: fileID) }
        self.body = body
        reference = try CodeReference(address: words.code)
    }

    private static func refusal(fileID: String) -> ExecutorError {
        ExecutorError(
            .closureNotShippable,
            "The closure submitted in \(fileID) can't be sent to another process, because it has a context in this one. Either it "
                + "captures something (a variable, a constant, `self`), or it was converted (a named function or an initialiser passed "
                + "by itself, a key path, a closure kept in a variable or passed through a helper that isn't generic over both "
                + "input and output, a closure that uses a generic parameter). Write `{ f($0) }` at the call, pass what it "
                + "captured as the input, or make a `RemoteTask`.")
    }
}

extension ShippedClosure: Codable {
    /// Finds the closure's code in this process.
    package init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        try self.init(from: &container)
    }

    /// Writes the reference to the code.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try encode(to: &container)
    }

    /// Finds the closure's code in this process; reads from the container of the task around it, which saves a container.
    package init(from container: inout any UnkeyedDecodingContainer) throws {
        reference = try CodeReference(from: &container)
        body = FunctionWords(code: try reference.address(), context: 0).body()
    }

    /// Writes the reference to the code into the container of the task around it.
    package func encode(to container: inout any UnkeyedEncodingContainer) throws {
        try reference.encode(to: &container)
    }
}

/// The two words of a function value.
private struct FunctionWords {
    /// The address of the code; of an async function, that of its record.
    let code: UInt
    /// The address of what it captured; 0 if nothing.
    let context: UInt

    init(code: UInt, context: UInt) {
        self.code = code
        self.context = context
    }

    init<Body: ClosureBody>(of body: Body) {
        Self.checkLayout(of: Body.self)
        // Safe: a struct with one function is laid out as the function, two words. They are only looked at, so the context
        // needs no retain.
        self = unsafeBitCast(body, to: FunctionWords.self)
    }

    func body<Body: ClosureBody>() -> Body {
        Self.checkLayout(of: Body.self)
        // Safe: same layout; the context is null, so nothing is owned, and the code was checked by its reference.
        return unsafeBitCast(self, to: Body.self)
    }

    private static func checkLayout<Body: ClosureBody>(of body: Body.Type) {
        precondition(
            MemoryLayout<Body>.size == MemoryLayout<FunctionWords>.size,
            "\(Body.self) must hold one function, and nothing else.")
    }
}
