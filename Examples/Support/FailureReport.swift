// SPDX-License-Identifier: Apache-2.0
// What a person sees when an example fails.

import ArgumentParser
import Futures

/// Runs an example's work; where it fails, says why on standard error and ends with status 1.
///
/// What the argument parser throws passes: it has its own way to be shown.
///
/// - Parameter describe: The text of errors that only the example knows; `nil` for all others.
package func reportingFailures(
    describe: (any Error) -> String? = { _ in nil }, _ body: () async throws -> Void
) async throws {
    do {
        try await body()
    } catch let error as ExitCode {
        throw error
    } catch let error as ValidationError {
        throw error
    } catch {
        Terminal.write("Error: \(describe(error) ?? failureText(of: error))\n")
        throw ExitCode.failure
    }
}

/// An error in words, with its causes below.
package func failureText(of error: any Error) -> String {
    guard let error = error as? ExecutorError else { return "\(error)" }
    guard let cause = error.cause else { return error.message }
    return "\(error.message)\n  because: \(failureText(of: cause))"
}
