// SPDX-License-Identifier: Apache-2.0
// Operators whose spectrum is known, and operators that misbehave.

import Solvers

/// A diagonal matrix: its spectrum is what it is made of.
struct Diagonal: LinearOperator {
    let entries: [Double]
    var shape: Shape { Shape(square: entries.count) }
    var isSymmetric: Bool { true }

    func rows(_ range: Range<Int>) throws -> SparseRows {
        var builder = SparseRowsBuilder(columnCount: entries.count)
        for row in range {
            builder.append(entries[row], column: row)
            builder.endRow()
        }
        return try builder.finish()
    }
}

/// Misbehaves on the rank that owns the last row.
struct Misbehaving: LinearOperator {
    enum Way: String, Codable { case throwing, asymmetric, infinite, tooFewRows, columnOutOfRange }

    let way: Way
    var shape: Shape { Shape(square: 60) }
    var isSymmetric: Bool { true }

    func rows(_ range: Range<Int>) throws -> SparseRows {
        var builder = SparseRowsBuilder(columnCount: 60)
        for row in range {
            builder.append(Double(row), column: row)
            if row == 59 {
                switch way {
                case .throwing: throw SolverError(.invalidArgument, "thrown by row 59")
                case .asymmetric: builder.append(0.5, column: 3)
                case .infinite: builder.append(.infinity, column: 3)
                case .columnOutOfRange: builder.append(1, column: 60)
                case .tooFewRows: continue
                }
            }
            builder.endRow()
        }
        return try way == .tooFewRows ? tooFew(range) : builder.finish()
    }

    private func tooFew(_ range: Range<Int>) throws -> SparseRows {
        var builder = SparseRowsBuilder(columnCount: 60)
        for row in range where row != 59 {
            builder.append(1, column: row)
            builder.endRow()
        }
        return try builder.finish()
    }
}
