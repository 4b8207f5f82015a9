// SPDX-License-Identifier: Apache-2.0
// The result of a symmetric eigensolve.

/// Eigenvalues and eigenvectors of a symmetric operator, verified, with how they came about.
///
/// The vectors are orthonormal. The sign of each, and the basis within a degenerate level, are arbitrary.
public struct Eigenpairs: Codable, Sendable, Hashable {
    /// What computed the pairs.
    public enum Solver: Codable, Sendable, Hashable {
        /// SLEPc on a gang of this many ranks.
        case slepc(ranks: Int)
        /// LAPACK in one process.
        case lapack
    }

    /// The eigenvalues, ascending, whatever part of the spectrum was asked for.
    public var values: [Double]
    /// The eigenvectors one after the other (column-major): entry i of vector k is `vectors[k * dimension + i]`.
    ///
    /// Empty where no vectors were asked for.
    public var vectors: [Double]
    /// The number of rows of the operator.
    public var dimension: Int
    /// ‖A v − λ v‖₂ of each pair, computed from the returned pairs.
    public var residuals: [Double]
    /// The largest entry of |VᵀV − I|.
    public var orthogonalityDefect: Double
    /// The number of restarts of the iteration over all runs; 0 for LAPACK.
    public var iterations: Int
    /// Why the solver ended, in words.
    public var reason: String
    /// What computed the pairs, on how many ranks.
    public var solver: Solver
    /// Whether it was shown that no level is missing.
    public var completeness: EigenOptions.Completeness
    /// Whether the least wanted level has more vectors than were asked for; `nil` where that was not checked.
    public var isLastLevelCut: Bool?
    /// How many of the pairs a first run had missed and the completeness check found.
    public var recoveredCount: Int
    /// Where the time went.
    public var timings: Timings

    /// Seconds spent in each phase, on rank 0.
    public struct Timings: Codable, Sendable, Hashable {
        /// The operator built its rows.
        public var build = 0.0
        /// The matrix was put together from them.
        public var assembly = 0.0
        /// The pairs were computed.
        public var solve = 0.0
        /// The completeness was checked.
        public var check = 0.0
        /// Symmetry, residuals and orthogonality were verified.
        public var verification = 0.0
        /// The vectors were collected.
        public var gather = 0.0

        /// No time spent yet.
        public init() {}

        /// The sum of all phases.
        public var total: Double { build + assembly + solve + check + verification + gather }
    }

    /// The number of pairs.
    public var count: Int { values.count }

    /// The eigenvector of `values[index]`, `dimension` numbers; empty where no vectors were asked for.
    public func vector(_ index: Int) -> ArraySlice<Double> {
        precondition(values.indices.contains(index), "vector \(index) of \(values.count)")
        if vectors.isEmpty { return [] }
        return vectors[index * dimension..<(index + 1) * dimension]
    }
}
