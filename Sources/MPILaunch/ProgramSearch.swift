// SPDX-License-Identifier: Apache-2.0
// Where programs are found.

import Glibc

/// Finds executables as a shell does.
package enum ProgramSearch {
    /// What became of a search.
    package enum Outcome: Sendable, Equatable {
        /// The path of the executable.
        case found(String)
        /// A file of that name which can't be run.
        case notExecutable(String)
        /// Nothing of that name.
        case notFound
    }

    /// Looks for a program.
    ///
    /// - Parameters:
    ///   - name: A name to look up, or a path, which has a slash.
    ///   - path: Directories, separated by colons, as in `PATH`.
    package static func find(_ name: String, in path: String) -> Outcome {
        guard !name.isEmpty else { return .notFound }
        let candidates =
            name.contains("/") ? [name] : path.split(separator: ":").map { "\($0)/\(name)" }
        var refused: String?
        for candidate in candidates {
            if isProgram(candidate) { return .found(candidate) }
            if refused == nil, access(candidate, F_OK) == 0 { refused = candidate }
        }
        return refused.map { .notExecutable($0) } ?? .notFound
    }

    /// Whether a path is that of a file which may be run; a directory may be "executed", too.
    private static func isProgram(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }
}
