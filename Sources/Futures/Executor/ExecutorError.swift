// SPDX-License-Identifier: Apache-2.0
// The error that executors, pools and launchers throw.

/// What went wrong in an executor, as opposed to in the task itself.
///
/// An error that a task throws reaches the future as that error, where its type can travel (`Codable`), and as
/// ``RemoteTaskError`` otherwise. Everything that the machinery has to say is an `ExecutorError`.
public struct ExecutorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure: compare with the static members.
    public let code: Code
    /// What happened, and what to do about it.
    public let message: String
    /// The error behind this one, where there is one.
    public let cause: (any Error)?
    /// The item of a chunk that ran when the worker was lost, where that is known.
    package var lostItem: Int?

    /// Makes an error.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The code, the message and the chain of causes on one line.
    public var description: String {
        let head = "\(code): \(message)"
        guard let cause else { return head }
        return "\(head) [cause: \(cause)]"
    }

    /// Two errors are equal when code and message are; the cause is left out.
    public static func == (lhs: ExecutorError, rhs: ExecutorError) -> Bool {
        lhs.code == rhs.code && lhs.message == rhs.message
    }
}

extension ExecutorError {
    /// The kinds of failure; more may be added.
    public struct Code: Sendable, Hashable, Codable, CustomStringConvertible {
        private enum Kind: String, Codable {
            case closureNotShippable, typeNotShippable, encodingFailed, decodingFailed
            case invalidArgument, launchMismatch, launcherNotFound, launchFailed, bootTimedOut
            case workerLost, deadlineExceeded, timedOut, shutDown, rankMismatch
            case notInTask, nestedSubmission, protocolViolation, imageMismatch, initializerFailed
            case divergence, unsupported
        }

        private let kind: Kind

        /// The code's name.
        public var description: String { kind.rawValue }

        /// The closure captures something or was converted, so it means nothing in another process.
        public static let closureNotShippable = Code(kind: .closureNotShippable)
        /// The type has no name that another process can find: it is private, fileprivate or local to a function.
        public static let typeNotShippable = Code(kind: .typeNotShippable)
        /// An input, an output or an error could not be encoded.
        public static let encodingFailed = Code(kind: .encodingFailed)
        /// Bytes that came from elsewhere could not be decoded.
        public static let decodingFailed = Code(kind: .decodingFailed)
        /// An argument, option or environment variable has a value that is not allowed.
        public static let invalidArgument = Code(kind: .invalidArgument)
        /// The strategy that was asked for contradicts how the program was started.
        public static let launchMismatch = Code(kind: .launchMismatch)
        /// No MPI launcher was found.
        public static let launcherNotFound = Code(kind: .launcherNotFound)
        /// The launcher ended or refused before the workers were there.
        public static let launchFailed = Code(kind: .launchFailed)
        /// The workers were not ready within the boot deadline.
        public static let bootTimedOut = Code(kind: .bootTimedOut)
        /// The process that ran the task ended before the task did.
        public static let workerLost = Code(kind: .workerLost)
        /// The submission's deadline passed.
        public static let deadlineExceeded = Code(kind: .deadlineExceeded)
        /// A wait with a time limit ended before the future did; the work goes on.
        public static let timedOut = Code(kind: .timedOut)
        /// The executor was shut down before the task could run.
        public static let shutDown = Code(kind: .shutDown)
        /// More ranks were asked for than the executor has, or ranks where there are none.
        public static let rankMismatch = Code(kind: .rankMismatch)
        /// Something that exists only inside a running task was asked for elsewhere.
        public static let notInTask = Code(kind: .notInTask)
        /// A task tried to start a pool, or to submit to one, from inside a worker.
        public static let nestedSubmission = Code(kind: .nestedSubmission)
        /// The other end of a connection sent something that the protocol does not allow.
        public static let protocolViolation = Code(kind: .protocolViolation)
        /// The worker runs another executable or another build of it.
        public static let imageMismatch = Code(kind: .imageMismatch)
        /// The executor's initializer threw on a worker; the cause is what it threw.
        public static let initializerFailed = Code(kind: .initializerFailed)
        /// The ranks of a program that runs in step made different submissions; all its futures end so.
        public static let divergence = Code(kind: .divergence)
        /// The strategy has no way to do this.
        public static let unsupported = Code(kind: .unsupported)
    }
}
