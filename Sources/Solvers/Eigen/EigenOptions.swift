// SPDX-License-Identifier: Apache-2.0
// How an eigenproblem is to be solved.

/// The options of an eigensolve.
public struct EigenOptions: Codable, Sendable, Hashable {
    /// Whether to show that no level is missing.
    public enum Completeness: String, Codable, Sendable, Hashable {
        /// Repeat with the found vectors deflated and a fresh random start vector until nothing better appears.
        case checked
        /// Trust one run. A Krylov method may miss copies of a degenerate level.
        case unchecked
    }

    /// The residual norm to reach, relative to the ∞-norm of the operator; above 1e-15 and below 1.
    public var tolerance: Double
    /// How often one run of the iteration may restart; `nil` for 1,000 or more, growing with the dimension.
    public var maximumRestarts: Int?
    /// The dimension of the search space, above `count` and at most the operator's.
    ///
    /// `nil` chooses a small one, and larger ones (up to 16 times) where nothing converges in it.
    public var subspaceSize: Int?
    /// Whether to show that no level is missing.
    ///
    /// The dense solver finds all of them anyway.
    public var completeness: Completeness
    /// Whether the vectors are wanted; without them nothing but numbers travels.
    public var wantsVectors: Bool
    /// Determines the start vectors: the same seed gives the same vectors on any number of ranks.
    public var seed: UInt64
    /// Options for SLEPc beyond these, by their names without the dash.
    ///
    /// For example `["eps_type": "lanczos", "eps_lanczos_reorthog": "full"]`. A misspelt one is an error.
    public var slepcOptions: [String: String]

    /// Makes options; the defaults suit small numbers of pairs at an end of the spectrum.
    public init(
        tolerance: Double = 1e-10,
        maximumRestarts: Int? = nil,
        subspaceSize: Int? = nil,
        completeness: Completeness = .checked,
        wantsVectors: Bool = true,
        seed: UInt64 = 0,
        slepcOptions: [String: String] = [:]
    ) {
        self.tolerance = tolerance
        self.maximumRestarts = maximumRestarts
        self.subspaceSize = subspaceSize
        self.completeness = completeness
        self.wantsVectors = wantsVectors
        self.seed = seed
        self.slepcOptions = slepcOptions
    }
}
