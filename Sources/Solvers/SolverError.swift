// SPDX-License-Identifier: Apache-2.0
// The error of the solver calls.

/// What a solver call could not do.
public struct SolverError: Error, Sendable, Codable, Hashable, CustomStringConvertible {
    /// The kind of failure: compare with the static members.
    public let code: Code
    /// What happened, and what to do about it.
    public let message: String
    /// How far an iterative solver came, where one ran.
    public let diagnostics: Diagnostics?

    /// Makes an error.
    public init(_ code: Code, _ message: String, diagnostics: Diagnostics? = nil) {
        self.code = code
        self.message = message
        self.diagnostics = diagnostics
    }

    /// The code, the message and the diagnostics.
    public var description: String {
        let head = "\(code): \(message)"
        guard let diagnostics else { return head }
        return "\(head) [\(diagnostics)]"
    }
}

extension SolverError {
    /// How far an iterative solver came before it gave up.
    public struct Diagnostics: Sendable, Codable, Hashable, CustomStringConvertible {
        /// The eigenvalues that had converged.
        public var convergedValues: [Double]
        /// The residual norms of the pairs, where they were computed.
        public var residuals: [Double]
        /// The number of restarts over all runs.
        public var restarts: Int
        /// Why the solver ended, in words.
        public var reason: String

        /// Makes diagnostics.
        public init(convergedValues: [Double], residuals: [Double] = [], restarts: Int, reason: String) {
            self.convergedValues = convergedValues
            self.residuals = residuals
            self.restarts = restarts
            self.reason = reason
        }

        /// All of it on one line.
        public var description: String {
            "converged: \(convergedValues), residuals: \(residuals), restarts: \(restarts), reason: \(reason)"
        }
    }

    /// The kinds of failure; more may be added.
    public struct Code: Sendable, Hashable, Codable, CustomStringConvertible {
        private enum Kind: String, Codable {
            case invalidArgument, invalidOperator, notSymmetric, tooLarge, tooLargeForLocal
            case notConverged, verificationFailed
        }

        private let kind: Kind

        /// The code's name.
        public var description: String { kind.rawValue }

        /// An argument or option has a value that is not allowed.
        public static let invalidArgument = Code(kind: .invalidArgument)
        /// The operator's description makes no sense, or it built rows that are not acceptable.
        public static let invalidOperator = Code(kind: .invalidOperator)
        /// The matrix is not symmetric, and the call needs one that is.
        public static let notSymmetric = Code(kind: .notSymmetric)
        /// The problem does not fit the 32-bit indices of the libraries.
        public static let tooLarge = Code(kind: .tooLarge)
        /// The problem is too large for the dense solver of one process.
        public static let tooLargeForLocal = Code(kind: .tooLargeForLocal)
        /// The iteration ended before all pairs were found, or before their completeness was shown.
        public static let notConverged = Code(kind: .notConverged)
        /// The result did not pass the checks that precede its return.
        public static let verificationFailed = Code(kind: .verificationFailed)
    }
}
