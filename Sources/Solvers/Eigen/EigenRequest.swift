// SPDX-License-Identifier: Apache-2.0
// An eigenproblem, as both solvers take it.

/// What to solve: an operator, how many pairs, which, and how.
public struct EigenRequest<Operator: LinearOperator>: Codable, Sendable {
    /// The operator.
    public let linearOperator: Operator
    /// The number of pairs.
    public let count: Int
    /// The part of the spectrum.
    public let which: Which
    /// How to solve it.
    public let options: EigenOptions

    /// Makes a request; ``validate()`` tells whether it makes sense.
    public init(of linearOperator: Operator, count: Int, which: Which, options: EigenOptions = EigenOptions()) {
        self.linearOperator = linearOperator
        self.count = count
        self.which = which
        self.options = options
    }

    /// The number of rows of the operator.
    var dimension: Int { linearOperator.shape.rows }

    /// Throws where the request cannot be served by any solver.
    ///
    /// Nothing is adjusted in silence.
    ///
    /// - Throws: ``SolverError`` with `invalidArgument`, `invalidOperator`, `notSymmetric` or `tooLarge`.
    public func validate() throws {
        try linearOperator.validate()
        let shape = linearOperator.shape
        guard shape.rows == shape.columns, shape.rows > 0 else {
            throw SolverError(.invalidOperator, "eigenpairs need a square operator with rows; this one is \(shape)")
        }
        guard linearOperator.isSymmetric else {
            throw SolverError(
                .notSymmetric, "the operator says that it is not symmetric, and `eigenpairs` needs a symmetric one")
        }
        guard shape.rows <= Int(Int32.max) else {
            throw SolverError(
                .tooLarge, "\(shape.rows) rows do not fit the 32-bit indices of the libraries (\(Int32.max))")
        }
        guard count >= 1, count <= shape.rows else {
            throw SolverError(.invalidArgument, "count is \(count); 1...\(shape.rows) pairs exist")
        }
        try validateOptions()
    }

    private func validateOptions() throws {
        guard options.tolerance > 1e-15, options.tolerance < 1 else {
            throw SolverError(
                .invalidArgument, "tolerance is \(options.tolerance); it must be above 1e-15 and below 1")
        }
        if let restarts = options.maximumRestarts, restarts < 1 {
            throw SolverError(.invalidArgument, "maximumRestarts is \(restarts); 1 at least")
        }
        if let size = options.subspaceSize, size > dimension || (size <= count && size != dimension) {
            throw SolverError(
                .invalidArgument,
                "subspaceSize is \(size); it must be above count (\(count)) and at most the dimension (\(dimension))")
        }
    }

    /// The rows of a range, checked against the range and the operator's shape.
    func rows(_ range: Range<Int>) throws -> SparseRows {
        let rows = try linearOperator.rows(range)
        guard rows.rowCount == range.count, rows.columnCount == dimension else {
            throw SolverError(
                .invalidOperator,
                "asked for rows \(range) with \(dimension) columns, the operator built \(rows.rowCount) rows with "
                    + "\(rows.columnCount) columns")
        }
        return rows
    }
}
