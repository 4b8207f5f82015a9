// SPDX-License-Identifier: Apache-2.0
// Why no job could be started.

/// An error of the launcher, with the exit status that it ends with.
package struct LaunchError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure, as shells and `sysexits.h` number them.
    package enum Status: Int32, Sendable {
        /// An option has a value that is not allowed.
        case usage = 64
        /// The system refused something.
        case system = 71
        /// A file is there, but can't be run.
        case notExecutable = 126
        /// There is no such program.
        case notFound = 127
    }

    /// What kind of failure.
    package let status: Status
    /// What happened, and what to do about it.
    package let message: String

    /// The message.
    package var description: String { message }

    /// Makes an error.
    package init(_ status: Status, _ message: String) {
        self.status = status
        self.message = message
    }
}
