// SPDX-License-Identifier: Apache-2.0
// Operators whose spectrum is known.

import Solvers

/// A diagonal matrix.
struct DiagonalOperator: LinearOperator {
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

/// A matrix that is not symmetric, and may say that it is.
struct TriangularOperator: LinearOperator {
    let claimsSymmetry: Bool
    var shape: Shape { Shape(square: 3) }
    var isSymmetric: Bool { claimsSymmetry }

    func rows(_ range: Range<Int>) throws -> SparseRows {
        var builder = SparseRowsBuilder(columnCount: 3)
        for row in range {
            for column in row..<3 { builder.append(1, column: column) }
            builder.endRow()
        }
        return try builder.finish()
    }
}

/// A matrix that cannot build its last row.
struct ThrowingOperator: LinearOperator {
    /// What it throws.
    struct Failure: Error, Codable, Equatable {
        let row: Int
    }

    var shape: Shape { Shape(square: 100) }
    var isSymmetric: Bool { true }

    func rows(_ range: Range<Int>) throws -> SparseRows {
        if range.contains(99) { throw Failure(row: 99) }
        return try DiagonalOperator(entries: (0..<100).map(Double.init)).rows(range)
    }
}
