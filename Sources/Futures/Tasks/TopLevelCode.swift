// SPDX-License-Identifier: Apache-2.0
// Recognises closures of top-level code, which silently mean something else in another process.

/// Top-level code: the statements of `main.swift`, or of a program that is a single file.
///
/// A closure there that reads a top-level variable captures nothing. In a worker, where the top-level code never ran, it would read zero.
package enum TopLevelCode {
    /// Whether a `#fileID` is that of a file with top-level code.
    package static func isFile(_ fileID: String) -> Bool {
        fileID.hasSuffix("/main.swift") || fileID == "main.swift"
    }

    /// Whether a function's context is top-level code, judged by its demangled name.
    ///
    /// The demangler writes the context last: `closure #1 () -> () in Program.run() -> ()`. The context of top-level
    /// code is the module itself, and a bare module name is the one context that is a plain identifier.
    static func isContext(ofFunctionNamed readable: String) -> Bool {
        guard let separator = readable.ranges(of: " in ").last else { return false }
        let context = readable[separator.upperBound...]
        return !context.isEmpty && context.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    }

    /// Why such a closure is refused, and what to do.
    static let refusal = ExecutorError(
        .closureNotShippable,
        "The closure is written in top-level code (main.swift, or a program that is one file). Top-level variables are set only in the process that runs "
            + "that code; in another process the closure would silently read zero. Put the program into "
            + "`@main struct Program { static func main() async throws { … } }`, in a file that isn't named main.swift."
    )
}
