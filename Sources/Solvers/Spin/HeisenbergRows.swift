// SPDX-License-Identifier: Apache-2.0
// Builds the rows of a Heisenberg chain from the bits of their index.

/// The rows of a chain; site i is bit sites − 1 − i, a set bit is a spin down.
///
/// A bond joins the bits p and p + 1. Where they are equal it gives J/4 on the diagonal; where they differ, −J/4 there
/// and J/2 in the row with the two exchanged, 2^p to the left or to the right. So the columns come out in ascending
/// order when bonds that go left are taken from the highest, then the diagonal, then bonds that go right from the
/// lowest; the cyclic bond, 2^(sites − 1) − 1 away, is the first or the last.
struct HeisenbergRows {
    private let chain: HeisenbergChain
    private let sites: Int
    private let hasClosingBond: Bool
    private let bondStrength: Double
    private let bondMask: UInt32
    private let bondCount: Int
    private let lowBits: UInt32
    private let lowFields: [Double]
    private let highFields: [Double]

    init(_ chain: HeisenbergChain) {
        self.chain = chain
        sites = chain.sites
        // On two sites the closing bond is the only bond once more.
        hasClosingBond = chain.cyclic && sites > 2
        bondStrength = chain.cyclic && sites == 2 ? 2 * chain.coupling : chain.coupling
        bondMask = (UInt32(1) << UInt32(sites - 1)) - 1
        bondCount = sites - 1 + (hasClosingBond ? 1 : 0)
        lowBits = UInt32(sites / 2)
        // The field energy of a row is the sum over its low and over its high bits: two small tables.
        let fields = chain.fields ?? []
        lowFields = Self.fieldTable(Array(fields.suffix(sites / 2).reversed()))
        highFields = Self.fieldTable(Array(fields.dropLast(sites / 2).reversed()))
    }

    /// Σ ±h/2 for all settings of some bits, `fields[b]` belonging to bit b.
    private static func fieldTable(_ fields: [Double]) -> [Double] {
        var table = [0.0]
        for field in fields {
            table = table.map { $0 + field / 2 } + table.map { $0 - field / 2 }
        }
        return table
    }

    func build(_ range: Range<Int>) throws -> SparseRows {
        let entryCount = range.reduce(0) { $0 + 1 + antiparallelBonds(UInt32($1)).nonzeroBitCount }
        guard entryCount <= Int(Int32.max) else {
            throw SolverError(
                .invalidOperator, "\(entryCount) entries on one rank do not fit 32-bit indices: use more ranks")
        }
        var rowOffsets: [Int32] = []
        var columns: [Int32] = []
        var filled = 0
        let values = [Double](unsafeUninitializedCapacity: entryCount) { values, valueCount in
            columns = [Int32](unsafeUninitializedCapacity: entryCount) { columns, columnCount in
                rowOffsets = [Int32](unsafeUninitializedCapacity: range.count + 1) { offsets, offsetCount in
                    offsets[0] = 0
                    for (index, row) in range.enumerated() {
                        fill(UInt32(row), columns, values, &filled)
                        offsets[index + 1] = Int32(filled)
                    }
                    offsetCount = range.count + 1
                }
                columnCount = filled
            }
            valueCount = filled
        }
        return try SparseRows(
            columnCount: chain.shape.columns, rowOffsets: rowOffsets, columns: columns, values: values)
    }

    /// The bonds whose spins differ: bit p for the bond of p and p + 1, bit sites − 1 for the closing bond.
    private func antiparallelBonds(_ row: UInt32) -> UInt32 {
        let open = (row ^ (row >> 1)) & bondMask
        guard hasClosingBond else { return open }
        return open | (((row >> UInt32(sites - 1)) ^ row) & 1) << UInt32(sites - 1)
    }

    private func fill(
        _ row: UInt32, _ columns: UnsafeMutableBufferPointer<Int32>, _ values: UnsafeMutableBufferPointer<Double>,
        _ filled: inout Int
    ) {
        let differing = antiparallelBonds(row)
        let open = differing & bondMask
        let closing = differing & ~bondMask
        let closed = Int32(bitPattern: row ^ (closing | 1))
        let exchange = bondStrength / 2
        func put(_ column: Int32, _ value: Double) {
            columns[filled] = column
            values[filled] = value
            filled += 1
        }
        let goesLeft = row & closing != 0
        if closing != 0, goesLeft { put(closed, exchange) }
        var left = open & (row >> 1)
        while left != 0 {
            let bit = UInt32(1) << UInt32(31 - left.leadingZeroBitCount)
            put(Int32(bitPattern: row - bit), exchange)
            left ^= bit
        }
        put(Int32(bitPattern: row), diagonal(row, antiparallel: differing.nonzeroBitCount))
        var right = open & row
        while right != 0 {
            let bit = right & (~right &+ 1)
            put(Int32(bitPattern: row + bit), exchange)
            right ^= bit
        }
        if closing != 0, !goesLeft { put(closed, exchange) }
    }

    private func diagonal(_ row: UInt32, antiparallel: Int) -> Double {
        let bonds = bondStrength / 4 * Double(bondCount - 2 * antiparallel)
        if chain.fields == nil { return bonds }
        return bonds + lowFields[Int(row & ((1 << lowBits) - 1))] + highFields[Int(row >> lowBits)]
    }
}
