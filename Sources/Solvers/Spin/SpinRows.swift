// SPDX-License-Identifier: Apache-2.0
// Builds the rows of a spin operator from the bits of their index.

/// The rows of a sum of products; site i is bit sites − 1 − i, a set bit is a spin down.
///
/// A product takes row r to the one column r ⊕ flips. Its value there is a fixed number, with a sign for every set bit
/// of r at a z or y, and zero unless the bits at raising operators are 0 and those at lowering operators 1. (⟨0|Sʸ|1⟩ =
/// −i/2 and ⟨1|Sʸ|0⟩ = i/2: m of them give iᵐ/2ᵐ and a sign for each row bit 0, and m is even.)
struct SpinRows {
    private struct Product {
        var value: Double
        var signs: UInt32 = 0
        var raised: UInt32 = 0
        var lowered: UInt32 = 0
    }

    /// The products that lead to one column.
    private struct Group {
        let flips: UInt32
        var products: [Product]
    }

    private let dimension: Int
    private let groups: [Group]

    init(_ spinOperator: SpinOperator) {
        dimension = spinOperator.shape.rows
        var products: [UInt32: [Product]] = [:]
        for term in spinOperator.terms {
            var product = Product(value: term.coefficient)
            var flips: UInt32 = 0
            var yCount = 0
            for place in term.factors {
                let bit = UInt32(1) << UInt32(spinOperator.sites - 1 - place.site)
                if place.factor != .z { flips |= bit }
                switch place.factor {
                case .x: product.value /= 2
                case .z: (product.value, product.signs) = (product.value / 2, product.signs | bit)
                case .y: (product.value, product.signs, yCount) = (product.value / 2, product.signs | bit, yCount + 1)
                case .raising: product.raised |= bit
                case .lowering: product.lowered |= bit
                }
            }
            if yCount % 4 == 2 { product.value = -product.value }
            products[flips, default: []].append(product)
        }
        groups = products.map { Group(flips: $0.key, products: $0.value) }.sorted { $0.flips < $1.flips }
    }

    func build(_ range: Range<Int>) throws -> SparseRows {
        var builder = SparseRowsBuilder(columnCount: dimension, rowCapacity: range.count)
        var entries: [(column: UInt32, value: Double)] = []
        entries.reserveCapacity(groups.count)
        for row in range {
            let row = UInt32(row)
            entries.removeAll(keepingCapacity: true)
            for group in groups {
                let value = group.products.reduce(0) { $0 + Self.value(of: $1, in: row) }
                if value != 0 { entries.append((row ^ group.flips, value)) }
            }
            entries.sort { $0.column < $1.column }
            for (column, value) in entries { builder.append(value, column: Int(column)) }
            builder.endRow()
        }
        return try builder.finish()
    }

    private static func value(of product: Product, in row: UInt32) -> Double {
        guard row & product.raised == 0, row & product.lowered == product.lowered else { return 0 }
        return (row & product.signs).nonzeroBitCount % 2 == 0 ? product.value : -product.value
    }
}
