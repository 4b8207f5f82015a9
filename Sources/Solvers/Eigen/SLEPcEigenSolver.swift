// SPDX-License-Identifier: Apache-2.0
// Eigenproblems by SLEPc, on the ranks of a gang.

package import MPI
internal import SLEPc

/// Solves a symmetric eigenproblem on all ranks of a communicator.
///
/// Blocks; belongs on the process's MPI thread. All ranks of the communicator must call ``solve()`` with the same
/// request.
package struct SLEPcEigenSolver<Operator: LinearOperator> {
    private let request: EigenRequest<Operator>
    private let communicator: Communicator

    /// A solver on a communicator.
    ///
    /// Local.
    package init(_ request: EigenRequest<Operator>, on communicator: Communicator) {
        self.request = request
        self.communicator = communicator
    }

    /// Builds, solves, checks, verifies and collects.
    ///
    /// Collective over the communicator. Starts SLEPc where it does not run yet.
    ///
    /// - Returns: The pairs; the vectors are there on rank 0 only.
    /// - Throws: ``SolverError``, `PETScError`, `MPIError`, `CancellationError`, or what the operator throws. All
    ///   ranks throw where one does, except where a call inside PETSc fails on one rank alone.
    package func solve() throws -> Eigenpairs {
        do {
            var timings = Eigenpairs.Timings()
            var watch = Stopwatch()
            let partition = try communicator.agree {
                try SLEPcSession.start()
                try request.validate()
                return RowPartition(dimension: request.dimension, size: communicator.size)
            }
            var built: SparseRows? = try communicator.agree {
                try request.rows(partition.rows(of: communicator.rank))
            }
            let scale = try communicator.allReduce(built?.maximumNorm ?? 0, .max)
            timings.build = watch.lap()
            return try DistributedMatrix.with(
                partition: partition, on: communicator, rows: { Self.take(&built) }
            ) { matrix in
                timings.assembly = watch.lap()
                return try solve(matrix, scale: scale, &timings, &watch)
            }
        } catch let error as MPIError where error.code == .cancelled {
            throw CancellationError()
        }
    }

    private static func take(_ built: inout SparseRows?) -> DistributedMatrix.LocalRows {
        guard let rows = built.take() else { preconditionFailure("the rows are taken once") }
        return DistributedMatrix.LocalRows(rowOffsets: rows.rowOffsets, columns: rows.columns, values: rows.values)
    }

    private func solve(
        _ matrix: borrowing DistributedMatrix, scale: Double, _ timings: inout Eigenpairs.Timings,
        _ watch: inout Stopwatch
    ) throws -> Eigenpairs {
        try SymmetryProbe.check(matrix, scale: scale, seed: request.options.seed)
        timings.verification = watch.lap()
        var search = LevelSearch(
            wanted: request.count, dimension: request.dimension, which: request.which, options: request.options,
            scale: scale)
        return try matrix.withVectors { found in
            try search.findFirst(in: matrix, found)
            timings.solve = watch.lap()
            if request.options.completeness == .checked { try search.complete(in: matrix, found) }
            timings.check = watch.lap()
            try search.keepWanted(found)
            let quality = try PairVerifier(search).verify(matrix, found, &search.values)
            timings.verification += watch.lap()
            let vectors = request.options.wantsVectors ? try found.gatherOnRankZero() : []
            timings.gather = watch.lap()
            return Eigenpairs(
                values: search.values, vectors: vectors, dimension: request.dimension,
                residuals: quality.residuals, orthogonalityDefect: quality.orthogonalityDefect,
                iterations: search.restarts, reason: search.reason, solver: .slepc(ranks: communicator.size),
                completeness: request.options.completeness, isLastLevelCut: search.isLastLevelCut,
                recoveredCount: search.recoveredCount, timings: timings)
        }
    }
}
