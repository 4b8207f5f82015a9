// SPDX-License-Identifier: Apache-2.0
// Small eigenproblems, dense, in this process.

/// Solves a symmetric eigenproblem with LAPACK in the calling process.
///
/// The matrix is stored densely: n² numbers. Levels are complete by construction.
package struct LAPACKEigenSolver<Operator: LinearOperator> {
    /// The largest dimension that is accepted.
    package static var maximumDimension: Int { 4096 }

    private let request: EigenRequest<Operator>

    /// A solver for a request.
    package init(request: EigenRequest<Operator>) {
        self.request = request
    }

    /// Solves, verifies and returns.
    ///
    /// - Throws: ``SolverError``: `tooLargeForLocal` above ``maximumDimension``, what
    ///   ``EigenRequest/validate()`` throws, `notSymmetric`, `verificationFailed`; what the operator throws.
    package func solve() throws -> Eigenpairs {
        try request.validate()
        let dimension = request.dimension
        guard dimension <= Self.maximumDimension else {
            throw SolverError(
                .tooLargeForLocal,
                "\(dimension) rows are too many for the dense solver of one process (\(Self.maximumDimension)); "
                    + "submit to an MPIExecutor, with ranks: .all, and SLEPc solves it on its workers")
        }
        var timings = Eigenpairs.Timings()
        var watch = Stopwatch()
        let rows = try request.rows(0..<dimension)
        timings.build = watch.lap()
        let matrix = try DenseSymmetricMatrix(rows)
        timings.assembly = watch.lap()
        // One pair more tells whether the last level goes on.
        let extended = min(request.count + 1, dimension)
        var pairs = try matrix.eigenpairs(count: extended, which: request.which)
        timings.solve = watch.lap()
        var defect = DenseSymmetricMatrix.orthogonalityDefect(of: pairs.vectors, dimension: dimension)
        if !(defect <= 1e-10) {
            pairs = try matrix.allEigenpairs().selecting(extended, request.which, dimension: dimension)
            defect = DenseSymmetricMatrix.orthogonalityDefect(of: pairs.vectors, dimension: dimension)
            timings.solve += watch.lap()
        }
        let isCut = pairs.dropExtra(beyond: request.count, request.which, dimension, scale: rows.maximumNorm)
        let residuals = rows.residuals(of: pairs)
        timings.verification = watch.lap()
        try verify(residuals, defect, scale: rows.maximumNorm)
        return Eigenpairs(
            values: pairs.values, vectors: request.options.wantsVectors ? pairs.vectors : [], dimension: dimension,
            residuals: residuals, orthogonalityDefect: defect, iterations: 0, reason: "dense solution",
            solver: .lapack, completeness: .checked, isLastLevelCut: isCut, recoveredCount: 0, timings: timings)
    }

    private func verify(_ residuals: [Double], _ defect: Double, scale: Double) throws {
        // LAPACK is backward stable: residuals are a modest multiple of n · ε · ‖A‖.
        let bound = 1e-10 * max(scale, .leastNormalMagnitude)
        guard defect <= 1e-10, residuals.allSatisfy({ $0 <= bound }) else {
            throw SolverError(
                .verificationFailed,
                "LAPACK's pairs have residuals up to \(residuals.max() ?? 0) (bound \(bound)) and an orthogonality "
                    + "defect of \(defect) (bound 1e-10)")
        }
    }
}

extension SparseRows {
    /// ‖A v − λ v‖₂ of each pair; these rows are the whole matrix.
    func residuals(of pairs: DenseSymmetricMatrix.Pairs) -> [Double] {
        pairs.vectors.withUnsafeBufferPointer { vectors in
            pairs.values.indices.map { index in
                let base = index * rowCount
                var squares = 0.0
                for row in 0..<rowCount {
                    var sum = -pairs.values[index] * vectors[base + row]
                    for entry in Int(rowOffsets[row])..<Int(rowOffsets[row + 1]) {
                        sum += values[entry] * vectors[base + Int(columns[entry])]
                    }
                    squares += sum * sum
                }
                return squares.squareRoot()
            }
        }
    }
}
