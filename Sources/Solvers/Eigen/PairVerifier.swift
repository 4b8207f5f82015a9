// SPDX-License-Identifier: Apache-2.0
// Verifies distributed eigenpairs before they are returned.

internal import SLEPc

/// Computes residuals and orthogonality of eigenpairs, improves them where needed, and refuses what stays bad.
struct PairVerifier {
    /// What was measured.
    struct Quality {
        /// ‖A v − λ v‖₂ of each pair.
        var residuals: [Double]
        /// The largest entry of |VᵀV − I|.
        var orthogonalityDefect: Double
    }

    private let residualBound: Double
    private let defectBound = 1e-10
    private let refinesFirst: Bool
    private let search: LevelSearch

    /// A verifier for the result of a search.
    init(_ search: LevelSearch) {
        self.search = search
        // The estimates that stopped the search are exact up to rounding; deflated pairs inherit each other's error.
        residualBound = 10 * search.tolerance
        // Pairs of several runs meet here for the first time.
        refinesFirst = search.recoveredCount > 0
    }

    /// Verifies pairs whose vectors belong to the values in order.
    ///
    /// Collective.
    ///
    /// - Throws: ``SolverError/Code/verificationFailed``.
    func verify(
        _ matrix: borrowing DistributedMatrix, _ found: VectorSet, _ values: inout [Double]
    ) throws -> Quality {
        if refinesFirst { values = try RayleighRitz.refine(matrix, found) }
        var quality = try measure(matrix, found, values)
        if !isAcceptable(quality) {
            values = try RayleighRitz.refine(matrix, found)
            quality = try measure(matrix, found, values)
        }
        guard isAcceptable(quality) else {
            throw SolverError(
                .verificationFailed,
                "the pairs have residuals up to \(quality.residuals.max() ?? 0) (bound \(residualBound)) and an "
                    + "orthogonality defect of \(quality.orthogonalityDefect) (bound \(defectBound)); ask for a "
                    + "larger tolerance",
                diagnostics: SolverError.Diagnostics(
                    convergedValues: values, residuals: quality.residuals, restarts: search.restarts,
                    reason: search.reason))
        }
        return quality
    }

    private func isAcceptable(_ quality: Quality) -> Bool {
        quality.orthogonalityDefect <= defectBound && quality.residuals.allSatisfy { $0 <= residualBound }
    }

    private func measure(
        _ matrix: borrowing DistributedMatrix, _ found: VectorSet, _ values: [Double]
    ) throws -> Quality {
        try matrix.withVectors { scratch in
            let product = try scratch.add()
            var quality = Quality(residuals: [], orthogonalityDefect: 0)
            for (index, value) in values.enumerated() {
                try matrix.multiply(found[index], into: product)
                try scratch.add(-value, found[index], to: product)
                quality.residuals.append(try scratch.norm(product))
                var products = try found.dots(with: found[index], first: index + 1)
                products[index] -= 1
                for deviation in products where !(deviation.magnitude <= quality.orthogonalityDefect) {
                    // What is not a number must not pass.
                    quality.orthogonalityDefect = deviation.isNaN ? .infinity : deviation.magnitude
                }
            }
            return quality
        }
    }
}
