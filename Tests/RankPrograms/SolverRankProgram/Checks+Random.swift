// SPDX-License-Identifier: Apache-2.0
// Random spectra with repeated and nearly repeated levels, against what they were made of.

import Futures
import MPI
import Solvers

/// A diagonal matrix, seen through a reflection of every block of 8 basis vectors.
struct ReflectedDiagonal: LinearOperator {
    let entries: [Double]
    var shape: Shape { Shape(square: entries.count) }
    var isSymmetric: Bool { true }

    func rows(_ range: Range<Int>) throws -> SparseRows {
        var builder = SparseRowsBuilder(columnCount: entries.count)
        for row in range {
            let block = row / 8 * 8..<min(row / 8 * 8 + 8, entries.count)
            for column in block {
                var sum = 0.0
                for index in block {
                    // The same product in both orders, so that the matrix is symmetric to the last bit.
                    sum +=
                        reflection(min(row, column), index, block) * entries[index]
                        * reflection(index, max(row, column), block)
                }
                builder.append(sum, column: column)
            }
            builder.endRow()
        }
        return try builder.finish()
    }

    /// 1 − 2 v vᵀ with the vector v of equal entries.
    private func reflection(_ row: Int, _ column: Int, _ block: Range<Int>) -> Double {
        (row == column ? 1 : 0) - 2 / Double(block.count)
    }
}

extension Checks {
    /// Solves problems with known spectra; `trials` of them, in a sequence that the seed determines.
    func randomSpectra(trials: Int, seed: UInt64, largest: Int) {
        check("random spectra with repeated levels") {
            var random = RandomStream(seed: seed, stream: 0)
            for trial in 0..<trials {
                let dimension = Int.random(in: 1...largest, using: &random)
                let entries = spectrum(dimension, &random)
                let most = min(dimension, [5, 20, dimension].randomElement(using: &random) ?? 1)
                let count = Int.random(in: 1...most, using: &random)
                let which = Which.allCases.randomElement(using: &random) ?? .smallestReal
                let options = EigenOptions(seed: random.next())
                let pairs = try solve(ReflectedDiagonal(entries: entries), count, which, options)
                let wanted = entries.map(which.sortingKey).sorted()
                let label = "trial \(trial): \(count) of \(dimension), \(which)"
                let found = pairs.values.map(which.sortingKey).sorted()
                try expect(zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-9 }, "\(label): \(pairs.values)")
                let isCut = count < dimension && wanted[count] - wanted[count - 1] < 1e-9
                try expect(pairs.isLastLevelCut == isCut, "\(label): cut \(isCut)")
            }
        }
    }

    /// Values on a coarse grid, some moved by up to 1e-3, each up to 6 times.
    private func spectrum(_ dimension: Int, _ random: inout RandomStream) -> [Double] {
        var entries: [Double] = []
        while entries.count < dimension {
            let offset = Bool.random(using: &random) ? Double.random(in: -1e-3...1e-3, using: &random) : 0
            let value = Double(Int.random(in: -20...20, using: &random)) / 4 + offset
            let copies = min(Int.random(in: 1...6, using: &random), dimension - entries.count)
            entries += [Double](repeating: value, count: copies)
        }
        return entries.shuffled(using: &random)
    }
}

extension Which {
    /// A number that is smaller for a value that is wanted more.
    fileprivate func sortingKey(_ value: Double) -> Double {
        switch self {
        case .smallestReal: value
        case .largestReal: -value
        case .largestMagnitude: -abs(value)
        }
    }
}
