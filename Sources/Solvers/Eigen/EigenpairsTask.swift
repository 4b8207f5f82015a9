// SPDX-License-Identifier: Apache-2.0
// An eigensolve as a task, and the call that submits it.

public import Futures
internal import MPIFutures

/// A symmetric eigensolve that any executor can run.
///
/// As a collective task it is solved by SLEPc on the gang's communicator; as an ordinary one, by LAPACK in the process
/// that runs it, up to 4,096 rows.
public struct EigenpairsTask<Operator: LinearOperator>: RemoteTask {
    /// What to solve.
    public let request: EigenRequest<Operator>

    /// A task for a request.
    public init(_ request: EigenRequest<Operator>) {
        self.request = request
    }

    /// Solves where the task runs.
    ///
    /// On ranks above 0 of a gang the result has no vectors.
    @concurrent public func run() async throws -> Eigenpairs {
        try Task.checkCancellation()
        if let communicator = TaskContext.current?.communicator {
            return try SLEPcEigenSolver(request, on: communicator).solve()
        }
        return try LAPACKEigenSolver(request: request).solve()
    }
}

extension FutureExecutor {
    /// Computes some eigenvalues and eigenvectors of a symmetric operator, on all workers of the executor.
    ///
    /// On a pool of MPI workers SLEPc solves the problem, every worker building only the rows that it owns. An
    /// executor without workers solves it by LAPACK in this process, up to 4,096 rows; above that the future's error
    /// names the way out. The result says which solver ran and on how many ranks.
    ///
    /// The pairs are verified before they are returned: residual norms, orthonormality, and (by default) that no level
    /// is missing, see ``EigenOptions/Completeness``.
    ///
    /// ```swift
    /// let ground = try await pool.eigenpairs(of: HeisenbergChain(sites: 18), count: 1).value
    /// print(ground.values[0], ground.solver)
    /// ```
    ///
    /// - Parameters:
    ///   - linearOperator: The operator, symmetric, described by its rows.
    ///   - count: How many pairs, 1 at least.
    ///   - which: The part of the spectrum.
    ///   - options: How to solve it.
    ///   - submission: The options of the submission; by default the task runs on all workers together.
    /// - Returns: A future that ends with the pairs, with a ``SolverError``, or with an error of the executor.
    public func eigenpairs<Operator: LinearOperator>(
        of linearOperator: Operator,
        count: Int,
        which: Which = .smallestReal,
        options: EigenOptions = EigenOptions(),
        submission: TaskOptions = TaskOptions(name: "eigenpairs", ranks: .all)
    ) async -> Future<Eigenpairs> {
        let request = EigenRequest(of: linearOperator, count: count, which: which, options: options)
        do {
            try request.validate()
        } catch {
            return Future(error: error)
        }
        return await submit(EigenpairsTask(request), options: submission)
    }
}
