// SPDX-License-Identifier: Apache-2.0
// A matrix that is known by its rows.

/// A real matrix that can build any of its rows: a description that travels, not the matrix itself.
///
/// Every worker decodes the description and builds the rows that it owns, so nothing big crosses a wire. The same
/// description must give the same rows in every process: no global state, no unseeded random numbers.
///
/// ```swift
/// struct Laplacian: LinearOperator {
///     let points: Int
///     var shape: Shape { Shape(square: points) }
///     var isSymmetric: Bool { true }
///     func rows(_ range: Range<Int>) throws -> SparseRows {
///         var builder = SparseRowsBuilder(columnCount: points, rowCapacity: range.count)
///         for row in range {
///             builder.append(2, column: row)
///             if row > 0 { builder.append(-1, column: row - 1) }
///             if row + 1 < points { builder.append(-1, column: row + 1) }
///             builder.endRow()
///         }
///         return try builder.finish()
///     }
/// }
/// ```
public protocol LinearOperator: Codable, Sendable {
    /// The number of rows and columns.
    var shape: Shape { get }

    /// Whether the matrix equals its transpose. The solvers check it on the way and refuse a matrix that does not.
    var isSymmetric: Bool { get }

    /// The rows of a range, `range.count` of them, over all `shape.columns` columns.
    ///
    /// Called with ranges inside `0..<shape.rows`, also with empty ones, on any rank and in any order.
    func rows(_ range: Range<Int>) throws -> SparseRows

    /// Throws where the description makes no sense, before anything is sent or built; by default it always does.
    func validate() throws
}

extension LinearOperator {
    /// Accepts every description.
    public func validate() throws {}
}
