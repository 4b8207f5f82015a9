// SPDX-License-Identifier: Apache-2.0
// Finds out whether a distributed matrix is symmetric.

internal import SLEPc

/// Compares yᵀAx with xᵀAy for random x and y.
enum SymmetryProbe {
    /// Throws where the two differ by more than rounding can explain.
    ///
    /// Collective; two products with the matrix.
    ///
    /// - Throws: ``SolverError/Code/notSymmetric``.
    static func check(_ matrix: borrowing DistributedMatrix, scale: Double, seed: UInt64) throws {
        let difference = try matrix.withVectors { vectors in
            let (x, y, product) = (try vectors.add(), try vectors.add(), try vectors.add())
            try vectors.fillRandomly(x, seed: ~seed)
            try vectors.fillRandomly(y, seed: ~seed &+ 0x5851_F42D_4C95_7F2D)
            try matrix.multiply(x, into: product)
            let forward = try vectors.dots(with: product, first: 2)[1]
            try matrix.multiply(y, into: product)
            let backward = try vectors.dots(with: product, first: 1)[0]
            let norms = try vectors.norm(x) * vectors.norm(y)
            return (forward - backward).magnitude / max(norms * scale, .leastNormalMagnitude)
        }
        // Rounding gives a few ε; one entry that is off by its whole size gives about 1 / dimension.
        guard difference <= 1e-13 else {
            throw SolverError(
                .notSymmetric,
                "the matrix differs from its transpose (relative difference of two probes: \(difference)); "
                    + "`eigenpairs` needs a symmetric operator")
        }
    }
}
