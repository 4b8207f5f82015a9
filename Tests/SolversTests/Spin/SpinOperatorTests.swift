// SPDX-License-Identifier: Apache-2.0
// Sums of products of spin operators, against Kronecker products.

import Solvers
import Testing

@Suite struct SpinOperatorTests {
    /// Real matrices of the factors; for y that of i·Sʸ.
    private func matrix(_ factor: SpinTerm.Factor) -> DenseReference {
        switch factor {
        case .x: DenseReference(2, [0, 0.5, 0.5, 0])
        case .y: DenseReference(2, [0, 0.5, -0.5, 0])
        case .z: DenseReference(2, [0.5, 0, 0, -0.5])
        case .raising: DenseReference(2, [0, 1, 0, 0])
        case .lowering: DenseReference(2, [0, 0, 1, 0])
        }
    }

    private func reference(_ spinOperator: SpinOperator) -> DenseReference {
        let size = spinOperator.shape.rows
        var result = DenseReference(size, [Double](repeating: 0, count: size * size))
        for term in spinOperator.terms {
            let product = (0..<spinOperator.sites).reduce(DenseReference.identity(1)) { product, site in
                product.kron(term.factors.first { $0.site == site }.map { matrix($0.factor) } ?? .identity(2))
            }
            // S^y = −i (i S^y): m of them give (−i)^m, which is 1 or −1 for an even m.
            let yCount = term.factors.count { $0.factor == .y }
            result += (yCount % 4 == 2 ? -term.coefficient : term.coefficient, product)
        }
        return result
    }

    static let sums: [SpinOperator] = [
        SpinOperator(sites: 1, terms: []), SpinOperator(sites: 2, terms: [SpinTerm(3, [:])]),
        SpinOperator(sites: 3, terms: SpinTerm.Factor.allCases.filter { $0 != .y }.map { SpinTerm(0.7, [1: $0]) }),
        SpinOperator(sites: 3, terms: [SpinTerm(2, [2: .y, 0: .y]), SpinTerm(-1, [0: .x, 1: .z, 2: .x])]),
        SpinOperator(
            sites: 4,
            terms: [
                SpinTerm(1.5, [0: .y, 1: .y, 2: .y, 3: .y]), SpinTerm(1, [3: .raising, 0: .lowering, 1: .z]),
                SpinTerm(-0.25, [0: .x, 1: .y, 3: .y]), SpinTerm(0.5, [0: .raising, 2: .raising]),
            ]),
        .isingChain(sites: 5, coupling: 0.8, field: 0.3), .isingChain(sites: 4, cyclic: true),
    ]

    @Test("Rows equal those of Kronecker products", arguments: sums)
    func rowsEqualKroneckerProducts(sum: SpinOperator) throws {
        #expect(try DenseReference(sum) == reference(sum))
    }

    @Test func theChainIsASumOfProducts() throws {
        let terms = (0..<5).flatMap { site in
            [SpinTerm.Factor.x, .y, .z].map { SpinTerm(1, [site: $0, (site + 1) % 5: $0]) }
        }
        let sum = SpinOperator(sites: 5, terms: terms)
        #expect(try sum.rows(0..<32) == HeisenbergChain(sites: 5, cyclic: true).rows(0..<32))
        #expect(sum.isSymmetric)
    }

    @Test func symmetryIsToldFromTheTerms() {
        #expect(SpinOperator.isingChain(sites: 3).isSymmetric)
        let hop = [SpinTerm(0.5, [0: .raising, 1: .lowering])]
        #expect(!SpinOperator(sites: 2, terms: hop).isSymmetric)
        let back = [SpinTerm(0.25, [0: .lowering, 1: .raising]), SpinTerm(0.25, [1: .raising, 0: .lowering])]
        #expect(SpinOperator(sites: 2, terms: hop + back).isSymmetric)
    }

    static let senseless = [
        SpinOperator(sites: 0, terms: []), SpinOperator(sites: 31, terms: []),
        SpinOperator(sites: 2, terms: [SpinTerm(1, [2: .z])]),
        SpinOperator(sites: 2, terms: [SpinTerm(1, [0: .x, 0: .z])]),
        SpinOperator(sites: 2, terms: [SpinTerm(1, [0: .y])]),
        SpinOperator(sites: 2, terms: [SpinTerm(.nan, [0: .z])]),
    ]

    @Test("Senseless sums are refused", arguments: senseless)
    func senselessSums(sum: SpinOperator) {
        #expect { try sum.rows(0..<0) } throws: { ($0 as? SolverError)?.code == .invalidOperator }
    }
}
