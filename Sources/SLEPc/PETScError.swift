// SPDX-License-Identifier: Apache-2.0
// The error that PETSc, SLEPc and the MPI calls around them give.

/// A PETSc, SLEPc or MPI call that failed, with the stack of calls that PETSc reported.
public struct PETScError: Error, Sendable, Codable, Hashable, CustomStringConvertible {
    /// The code that the call returned.
    public let code: Int32
    /// What went wrong, in PETSc's words.
    public let message: String
    /// The calls that the error passed through, innermost first: function, file and line.
    public let stack: [String]

    /// Makes an error.
    public init(code: Int32, message: String, stack: [String] = []) {
        self.code = code
        self.message = message
        self.stack = stack
    }

    /// The message, followed by the stack, one call a line.
    public var description: String {
        (["PETSc error \(code): \(message)"] + stack.map { "  in \($0)" }).joined(separator: "\n")
    }
}
