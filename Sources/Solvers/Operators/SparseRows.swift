// SPDX-License-Identifier: Apache-2.0
// Some rows of a sparse matrix.

/// Consecutive rows of a sparse real matrix in compressed form.
///
/// Row i of these rows has the entries `rowOffsets[i] ..< rowOffsets[i + 1]` of `columns` and `values`. Within a row
/// the columns ascend and none is repeated. Indices have 32 bits, as the solvers' have.
public struct SparseRows: Sendable, Hashable {
    /// The number of columns of the whole matrix.
    public let columnCount: Int
    /// Where the rows begin in `columns` and `values`: one entry per row and one for the end; the first is 0.
    public let rowOffsets: [Int32]
    /// The column of each entry, in `0..<columnCount`.
    public let columns: [Int32]
    /// The entries; all finite.
    public let values: [Double]

    /// Rows in compressed form, checked and brought into order.
    ///
    /// The columns of a row may come in any order and more than once: they are sorted, and repeated entries summed
    /// (as in finite-element assembly). Rows that are in order already cost one pass.
    ///
    /// - Throws: ``SolverError/Code/invalidOperator`` for offsets that do not begin with 0, descend or do not end
    ///   with the number of entries, for a column out of range, and for an entry that is not finite.
    public init(columnCount: Int, rowOffsets: [Int32], columns: [Int32], values: [Double]) throws {
        try Self.checkOffsets(rowOffsets, columnCount: columns.count, valueCount: values.count)
        let isOrdered = try Self.checkEntries(
            columnCount: columnCount, rowOffsets: rowOffsets, columns: columns, values: values)
        self.columnCount = columnCount
        if isOrdered {
            self.rowOffsets = rowOffsets
            self.columns = columns
            self.values = values
        } else {
            (self.rowOffsets, self.columns, self.values) = Self.ordered(rowOffsets, columns, values)
        }
    }

    /// The number of rows.
    public var rowCount: Int { rowOffsets.count - 1 }

    /// The number of stored entries.
    public var entryCount: Int { values.count }

    /// The largest sum of magnitudes in a row: the ∞-norm of these rows.
    public var maximumNorm: Double {
        var result = 0.0
        for row in 0..<rowCount {
            var sum = 0.0
            for index in Int(rowOffsets[row])..<Int(rowOffsets[row + 1]) { sum += values[index].magnitude }
            result = max(result, sum)
        }
        return result
    }

    private static func checkOffsets(_ offsets: [Int32], columnCount: Int, valueCount: Int) throws {
        guard offsets.first == 0, columnCount == valueCount, Int(offsets[offsets.count - 1]) == valueCount else {
            throw SolverError(
                .invalidOperator,
                "the row offsets must begin with 0 and end with the number of entries; they go from "
                    + "\(offsets.first.map(String.init) ?? "nothing") to \(offsets.last.map(String.init) ?? "nothing") "
                    + "for \(columnCount) columns and \(valueCount) values")
        }
        for row in 1..<max(offsets.count, 1) where offsets[row] < offsets[row - 1] {
            throw SolverError(.invalidOperator, "the row offsets descend after row \(row - 1)")
        }
    }

    /// Whether all rows are in order; throws where an entry is not acceptable.
    private static func checkEntries(
        columnCount: Int, rowOffsets: [Int32], columns: [Int32], values: [Double]
    ) throws -> Bool {
        var isOrdered = true
        for row in 0..<(rowOffsets.count - 1) {
            var previous: Int32 = -1
            for index in Int(rowOffsets[row])..<Int(rowOffsets[row + 1]) {
                let column = columns[index]
                guard column >= 0, Int(column) < columnCount, values[index].isFinite else {
                    throw SolverError(
                        .invalidOperator,
                        "entry (\(row), \(column)) = \(values[index]) of these rows: the column must be in "
                            + "0..<\(columnCount) and the value finite")
                }
                if column <= previous { isOrdered = false }
                previous = column
            }
        }
        return isOrdered
    }

    private static func ordered(
        _ rowOffsets: [Int32], _ columns: [Int32], _ values: [Double]
    ) -> ([Int32], [Int32], [Double]) {
        var newOffsets: [Int32] = [0]
        var newColumns: [Int32] = []
        var newValues: [Double] = []
        newOffsets.reserveCapacity(rowOffsets.count)
        newColumns.reserveCapacity(columns.count)
        newValues.reserveCapacity(values.count)
        for row in 0..<(rowOffsets.count - 1) {
            let begin = newColumns.count
            let indices = (Int(rowOffsets[row])..<Int(rowOffsets[row + 1])).sorted {
                // Equal columns keep their order, so the sum is the same everywhere.
                (columns[$0], $0) < (columns[$1], $1)
            }
            for index in indices {
                if newColumns.count > begin, newColumns[newColumns.count - 1] == columns[index] {
                    newValues[newValues.count - 1] += values[index]
                } else {
                    newColumns.append(columns[index])
                    newValues.append(values[index])
                }
            }
            newOffsets.append(Int32(newColumns.count))
        }
        return (newOffsets, newColumns, newValues)
    }
}
