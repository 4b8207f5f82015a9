// SPDX-License-Identifier: Apache-2.0
// The Heisenberg chain's rows, against Kronecker products and known numbers.

import Solvers
import Testing

@Suite struct HeisenbergChainTests {
    @Test("Rows equal those of Kronecker products", arguments: 1...6, [false, true])
    func rowsEqualKroneckerProducts(sites: Int, cyclic: Bool) throws {
        if cyclic, sites == 1 { return }
        let fields = (0..<sites).map { 0.3 * Double($0 + 1) - 0.8 }
        for chain in [
            HeisenbergChain(sites: sites, cyclic: cyclic),
            HeisenbergChain(sites: sites, cyclic: cyclic, coupling: -1.5, fields: fields),
        ] {
            let rows = try DenseReference(chain)
            let reference = DenseReference.heisenberg(chain)
            // Sums in another order: a few roundings of numbers around 1.
            #expect(zip(rows.entries, reference.entries).allSatisfy { abs($0 - $1) < 1e-14 })
        }
    }

    @Test("Any range gives the same rows as all of them", arguments: [false, true])
    func rangesAgree(cyclic: Bool) throws {
        let chain = HeisenbergChain(sites: 6, cyclic: cyclic, fields: [1, 2, 3, 4, 5, 6])
        let all = try chain.rows(0..<64)
        for range in [0..<0, 0..<7, 5..<64, 63..<64, 64..<64] {
            let part = try chain.rows(range)
            let entries = Int(all.rowOffsets[range.lowerBound])..<Int(all.rowOffsets[range.upperBound])
            #expect(part.columns == Array(all.columns[entries]) && part.values == Array(all.values[entries]))
        }
    }

    /// CONFORMANCE.md, part D.
    @Test func tenSitesHaveTheKnownSizeAndNorm() throws {
        let rows = try HeisenbergChain(sites: 10).rows(0..<1024)
        #expect(rows.entryCount == 5632)
        let norm = rows.values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(abs(norm - 41.569219381653) < 1e-11)
    }

    static let senseless = [
        HeisenbergChain(sites: 0), HeisenbergChain(sites: -3), HeisenbergChain(sites: 31), HeisenbergChain(sites: 100),
        HeisenbergChain(sites: 1, cyclic: true), HeisenbergChain(sites: 3, fields: [1, 2]),
        HeisenbergChain(sites: 3, coupling: .nan), HeisenbergChain(sites: 2, fields: [1, .infinity]),
    ]

    @Test("Senseless chains are refused", arguments: senseless)
    func senselessChains(chain: HeisenbergChain) {
        #expect { try chain.rows(0..<0) } throws: { ($0 as? SolverError)?.code == .invalidOperator }
    }

    @Test func rowsBeyondTheMatrixAreRefused() {
        #expect(throws: SolverError.self) { try HeisenbergChain(sites: 3).rows(4..<9) }
    }
}
