// SPDX-License-Identifier: Apache-2.0
// Builds sparse rows entry by entry.

/// Collects the entries of consecutive rows.
///
/// Entries of a row come in any order; repeated ones are summed. Mistakes are told by ``finish()``.
public struct SparseRowsBuilder: Sendable {
    private let columnCount: Int
    private var rowOffsets: [Int32] = [0]
    private var columns: [Int32] = []
    private var values: [Double] = []
    private var problem: String?

    /// Begins with no rows.
    ///
    /// - Parameters:
    ///   - columnCount: The number of columns of the whole matrix.
    ///   - rowCapacity: How many rows to make room for.
    ///   - entryCapacity: How many entries to make room for.
    public init(columnCount: Int, rowCapacity: Int = 0, entryCapacity: Int = 0) {
        self.columnCount = columnCount
        rowOffsets.reserveCapacity(rowCapacity + 1)
        columns.reserveCapacity(entryCapacity)
        values.reserveCapacity(entryCapacity)
    }

    /// Adds an entry to the row that is being built.
    public mutating func append(_ value: Double, column: Int) {
        guard let index = Int32(exactly: column) else {
            problem = problem ?? "column \(column) does not fit 32-bit indices"
            return
        }
        columns.append(index)
        values.append(value)
    }

    /// Ends the row that is being built; a row may be empty.
    public mutating func endRow() {
        guard let end = Int32(exactly: values.count) else {
            problem = problem ?? "\(values.count) entries on one rank do not fit 32-bit indices: use more ranks"
            return
        }
        rowOffsets.append(end)
    }

    /// The rows so far.
    ///
    /// - Throws: ``SolverError/Code/invalidOperator``, see ``SparseRows``; also where the last row was not ended.
    public consuming func finish() throws -> SparseRows {
        if let problem { throw SolverError(.invalidOperator, problem) }
        return try SparseRows(columnCount: columnCount, rowOffsets: rowOffsets, columns: columns, values: values)
    }
}
