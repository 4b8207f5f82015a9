// SPDX-License-Identifier: Apache-2.0
// A dense symmetric matrix and LAPACK's eigensolvers for it.

internal import CLAPACK

/// A dense symmetric matrix, made from all rows of a sparse one.
struct DenseSymmetricMatrix {
    /// Eigenvalues, ascending, and their vectors one after the other.
    struct Pairs {
        var values: [Double]
        var vectors: [Double]
    }

    /// The number of rows.
    let dimension: Int
    /// All entries; row-major and column-major are the same.
    private let entries: [Double]

    /// Expands the rows of a whole matrix.
    ///
    /// - Throws: ``SolverError/Code/notSymmetric`` where an entry differs from its mirror by more than rounding.
    init(_ rows: SparseRows) throws {
        let dimension = rows.rowCount
        var entries = [Double](repeating: 0, count: dimension * dimension)
        for row in 0..<dimension {
            for index in Int(rows.rowOffsets[row])..<Int(rows.rowOffsets[row + 1]) {
                entries[row * dimension + Int(rows.columns[index])] = rows.values[index]
            }
        }
        let bound = 1e-12 * rows.maximumNorm
        for row in 0..<dimension {
            for index in Int(rows.rowOffsets[row])..<Int(rows.rowOffsets[row + 1]) {
                let column = Int(rows.columns[index])
                let mirror = entries[column * dimension + row]
                guard (rows.values[index] - mirror).magnitude <= bound else {
                    throw SolverError(
                        .notSymmetric,
                        "entry (\(row), \(column)) is \(rows.values[index]) and (\(column), \(row)) is \(mirror); "
                            + "`eigenpairs` needs a symmetric operator")
                }
            }
        }
        self.dimension = dimension
        self.entries = entries
    }

    /// A matrix from all of its entries, which the caller knows to be symmetric.
    init(dimension: Int, entries: [Double]) {
        precondition(entries.count == dimension * dimension, "\(entries.count) entries for \(dimension) rows")
        self.dimension = dimension
        self.entries = entries
    }

    /// The wanted pairs (DSYEVR by index; all pairs and a choice where magnitudes are wanted).
    func eigenpairs(count: Int, which: Which) throws -> Pairs {
        switch which {
        case .smallestReal: try eigenpairs(1...count)
        case .largestReal: try eigenpairs(dimension - count + 1...dimension)
        case .largestMagnitude: try allEigenpairs().selecting(count, which, dimension: dimension)
        }
    }

    /// The pairs with these positions in ascending order, counted from 1; LAPACK's DSYEVR.
    private func eigenpairs(_ positions: ClosedRange<Int>) throws -> Pairs {
        let n = [Int32(dimension)]
        let (first, last) = ([Int32(positions.lowerBound)], [Int32(positions.upperBound)])
        var found: Int32 = 0
        var info: Int32 = 0
        var matrix = entries
        var values = [Double](repeating: 0, count: dimension)
        var vectors = [Double](repeating: 0, count: dimension * positions.count)
        var support = [Int32](repeating: 0, count: 2 * positions.count)
        // The first call asks for the sizes of the work arrays, the second one solves.
        var work = [0.0]
        var integerWork: [Int32] = [0]
        var (workCount, integerCount) = (Int32(-1), Int32(-1))
        for _ in 0..<2 {
            dsyevr_(
                "V", "I", "U", n, &matrix, n, [0], [0], first, last, [0], &found, &values, &vectors, n, &support,
                &work, &workCount, &integerWork, &integerCount, &info)
            guard info == 0 else { throw Self.failure("dsyevr", info) }
            if workCount == -1 {
                (workCount, integerCount) = (Int32(work[0]), integerWork[0])
                work = [Double](repeating: 0, count: Int(workCount))
                integerWork = [Int32](repeating: 0, count: Int(integerCount))
            }
        }
        guard Int(found) == positions.count else { throw Self.failure("dsyevr", found) }
        return Pairs(values: Array(values.prefix(positions.count)), vectors: vectors)
    }

    /// All pairs; LAPACK's DSYEVD.
    func allEigenpairs() throws -> Pairs {
        let n = [Int32(dimension)]
        var info: Int32 = 0
        var matrix = entries
        var values = [Double](repeating: 0, count: dimension)
        var work = [0.0]
        var integerWork: [Int32] = [0]
        var (workCount, integerCount) = (Int32(-1), Int32(-1))
        for _ in 0..<2 {
            dsyevd_("V", "U", n, &matrix, n, &values, &work, &workCount, &integerWork, &integerCount, &info)
            guard info == 0 else { throw Self.failure("dsyevd", info) }
            if workCount == -1 {
                (workCount, integerCount) = (Int32(work[0]), integerWork[0])
                work = [Double](repeating: 0, count: Int(workCount))
                integerWork = [Int32](repeating: 0, count: Int(integerCount))
            }
        }
        return Pairs(values: values, vectors: matrix)
    }

    /// The largest entry of |VᵀV − I|.
    static func orthogonalityDefect(of vectors: [Double], dimension: Int) -> Double {
        let count = vectors.count / dimension
        let (rows, columns) = ([Int32(dimension)], [Int32(count)])
        var products = [Double](repeating: 0, count: count * count)
        dsyrk_("U", "T", columns, rows, [1], vectors, rows, [0], &products, columns)
        var defect = 0.0
        for column in 0..<count {
            for row in 0...column {
                let deviation = (products[column * count + row] - (row == column ? 1 : 0)).magnitude
                // What is not a number must not pass.
                if deviation.isNaN { return .infinity }
                defect = max(defect, deviation)
            }
        }
        return defect
    }

    private static func failure(_ routine: String, _ info: Int32) -> SolverError {
        SolverError(.notConverged, "LAPACK's \(routine) gave up (info \(info)); are the entries within range?")
    }
}

extension DenseSymmetricMatrix.Pairs {
    /// The most wanted pairs, ascending.
    func selecting(_ count: Int, _ which: Which, dimension: Int) -> Self {
        let order = values.indices.sorted { which.rank(of: values[$0]) < which.rank(of: values[$1]) }
        let kept = order.prefix(count).sorted()
        return Self(
            values: kept.map { values[$0] },
            vectors: kept.flatMap { vectors[$0 * dimension..<($0 + 1) * dimension] })
    }

    /// Drops the least wanted pair where there is one too many, and tells whether its level goes on in the others.
    mutating func dropExtra(beyond count: Int, _ which: Which, _ dimension: Int, scale: Double) -> Bool {
        guard values.count > count else { return false }
        let order = values.indices.sorted { which.rank(of: values[$0]) < which.rank(of: values[$1]) }
        let gap = which.rank(of: values[order[count]]) - which.rank(of: values[order[count - 1]])
        self = selecting(count, which, dimension: dimension)
        return gap <= 1e-11 * scale
    }
}
