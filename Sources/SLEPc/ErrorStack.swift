// SPDX-License-Identifier: Apache-2.0
// Collects what PETSc says about an error, in place of printing it.

internal import CSLEPcSystem
import Synchronization

/// The last error that PETSc reported, as its error handler saw it.
///
/// PETSc calls the handler once where the error arises and once for each function that it passes through on the way
/// out. All of that happens on the thread that made the call; the lock is for the compiler.
enum ErrorStack {
    private struct Report {
        var message = ""
        var lines: [String] = []
    }

    private static let report = Mutex(Report())

    /// Makes PETSc report here; called once, right after the start.
    static func install() -> PetscErrorCode {
        PetscPushErrorHandler(
            { _, line, function, file, code, kind, message, _ in
                ErrorStack.add(
                    function.map { String(cString: $0) } ?? "?", file.map { String(cString: $0) } ?? "?", Int(line),
                    message.map { String(cString: $0) } ?? "", isNew: kind == PETSC_ERROR_INITIAL)
                return code
            }, nil)
    }

    private static func add(_ function: String, _ file: String, _ line: Int, _ message: String, isNew: Bool) {
        report.withLock { report in
            if isNew { report = Report() }
            if report.message.isEmpty { report.message = message.trimmingTrailingSpace }
            report.lines.append("\(function) (\(file):\(line))")
        }
    }

    /// The collected error for a code, and an empty stack afterwards.
    static func take(for code: PetscErrorCode) -> PETScError {
        let collected = report.withLock { report in
            defer { report = Report() }
            return report
        }
        var text: UnsafePointer<CChar>?
        _ = PetscErrorMessage(code, &text, nil)
        let general = text.map { String(cString: $0) } ?? "unknown error"
        let message = collected.message.isEmpty ? general : "\(general): \(collected.message)"
        return PETScError(code: code, message: message, stack: collected.lines)
    }
}

extension String {
    /// The text without white space at its end.
    fileprivate var trimmingTrailingSpace: String {
        var text = Substring(self)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}

/// Throws when an MPI call returned an error.
func checkMPI(_ code: Int32) throws(PETScError) {
    if code != 0 { throw PETScError(code: code, message: "an MPI call returned error \(code)") }
}

/// Throws what PETSc collected when a call's code is not zero.
func check(_ code: PetscErrorCode) throws(PETScError) {
    if code != 0 { throw ErrorStack.take(for: code) }
}
