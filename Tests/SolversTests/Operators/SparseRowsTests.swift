// SPDX-License-Identifier: Apache-2.0
// What sparse rows accept, and how they bring it into order.

import Solvers
import Testing

@Suite struct SparseRowsTests {
    @Test func rowsInOrderStayAsTheyAre() throws {
        let rows = try SparseRows(columnCount: 4, rowOffsets: [0, 2, 2, 3], columns: [0, 3, 1], values: [1, -2, 5])
        #expect(rows.rowCount == 3 && rows.entryCount == 3)
        #expect(rows.columns == [0, 3, 1] && rows.values == [1, -2, 5])
        #expect(rows.maximumNorm == 5)
    }

    @Test func unorderedColumnsAreSortedAndRepeatedOnesSummed() throws {
        var builder = SparseRowsBuilder(columnCount: 5)
        for (column, value) in [(3, 1.0), (0, 2.0), (3, 0.5), (1, -1.0), (0, 1.0)] {
            builder.append(value, column: column)
        }
        builder.endRow()
        builder.endRow()
        builder.append(7, column: 4)
        builder.endRow()
        let rows = try builder.finish()
        #expect(rows.rowOffsets == [0, 3, 3, 4])
        #expect(rows.columns == [0, 1, 3, 4])
        #expect(rows.values == [3, -1, 1.5, 7])
    }

    @Test func noRowsAreFine() throws {
        let rows = try SparseRowsBuilder(columnCount: 3).finish()
        #expect(rows.rowCount == 0 && rows.maximumNorm == 0)
    }

    static let unacceptable: [(offsets: [Int32], columns: [Int32], values: [Double])] = [
        ([], [], []), ([1], [], []), ([0, 2], [0], [1]), ([0, 1], [0], [1, 2]), ([0, 2, 1, 2], [0, 1], [1, 1]),
        ([0, 1], [3], [1]), ([0, 1], [-1], [1]), ([0, 1], [0], [.nan]), ([0, 1], [0], [.infinity]),
    ]

    @Test(arguments: unacceptable.indices)
    func unacceptableRowsAreRefused(index: Int) throws {
        let rows = Self.unacceptable[index]
        #expect {
            try SparseRows(columnCount: 3, rowOffsets: rows.offsets, columns: rows.columns, values: rows.values)
        } throws: { ($0 as? SolverError)?.code == .invalidOperator }
    }

    @Test func theBuilderRefusesColumnsBeyond32Bits() throws {
        var builder = SparseRowsBuilder(columnCount: 1 << 40)
        builder.append(1, column: 1 << 35)
        builder.endRow()
        #expect(throws: SolverError.self) { try builder.finish() }
    }

    @Test func theBuilderRefusesAnUnfinishedRow() throws {
        var builder = SparseRowsBuilder(columnCount: 3)
        builder.append(1, column: 1)
        #expect(throws: SolverError.self) { try builder.finish() }
    }
}
