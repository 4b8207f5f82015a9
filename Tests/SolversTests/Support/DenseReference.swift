// SPDX-License-Identifier: Apache-2.0
// Small matrices built another way than the library does.

import Solvers

/// A dense row-major matrix with the few operations that the tests need.
struct DenseReference: Equatable {
    let dimension: Int
    var entries: [Double]

    init(_ dimension: Int, _ entries: [Double]) {
        self.dimension = dimension
        self.entries = entries
    }

    static func identity(_ dimension: Int) -> DenseReference {
        DenseReference(dimension, (0..<dimension * dimension).map { $0 % (dimension + 1) == 0 ? 1 : 0 })
    }

    /// All rows of an operator.
    init(_ linearOperator: some LinearOperator) throws {
        let dimension = linearOperator.shape.rows
        let rows = try linearOperator.rows(0..<dimension)
        self.init(dimension, [Double](repeating: 0, count: dimension * dimension))
        for row in 0..<dimension {
            for index in Int(rows.rowOffsets[row])..<Int(rows.rowOffsets[row + 1]) {
                entries[row * dimension + Int(rows.columns[index])] += rows.values[index]
            }
        }
    }

    /// The Kronecker product.
    func kron(_ other: DenseReference) -> DenseReference {
        let size = dimension * other.dimension
        var result = DenseReference(size, [Double](repeating: 0, count: size * size))
        for row in 0..<size {
            for column in 0..<size {
                let own = entries[(row / other.dimension) * dimension + column / other.dimension]
                let theirs = other.entries[(row % other.dimension) * other.dimension + column % other.dimension]
                result.entries[row * size + column] = own * theirs
            }
        }
        return result
    }

    static func += (lhs: inout DenseReference, rhs: (factor: Double, matrix: DenseReference)) {
        for index in lhs.entries.indices { lhs.entries[index] += rhs.factor * rhs.matrix.entries[index] }
    }

    /// H = J Σ S·S + Σ h Sz from Kronecker products of spin matrices; Sy ⊗ Sy is real: −(iSy) ⊗ (iSy).
    static func heisenberg(_ chain: HeisenbergChain) -> DenseReference {
        let spins: [(sign: Double, matrix: DenseReference)] = [
            (1, DenseReference(2, [0, 0.5, 0.5, 0])), (-1, DenseReference(2, [0, 0.5, -0.5, 0])),
            (1, DenseReference(2, [0.5, 0, 0, -0.5])),
        ]
        func product(_ factors: [Int: DenseReference]) -> DenseReference {
            (0..<chain.sites).reduce(.identity(1)) { $0.kron(factors[$1] ?? .identity(2)) }
        }
        let size = 1 << chain.sites
        var result = DenseReference(size, [Double](repeating: 0, count: size * size))
        for first in 0..<(chain.cyclic ? chain.sites : chain.sites - 1) {
            let second = (first + 1) % chain.sites
            for (sign, matrix) in spins {
                result += (sign * chain.coupling, product([first: matrix, second: matrix]))
            }
        }
        for (site, field) in (chain.fields ?? []).enumerated() { result += (field, product([site: spins[2].matrix])) }
        return result
    }
}
