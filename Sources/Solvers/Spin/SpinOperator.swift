// SPDX-License-Identifier: Apache-2.0
// Any real sum of products of spin operators.

/// A sum of products of spin-1/2 operators with a real matrix.
///
/// The basis is that of ``HeisenbergChain``: up is bit 0, site 0 the most significant bit.
///
/// ```swift
/// // Two spins in a field, bound antiferromagnetically.
/// let dimer = SpinOperator(sites: 2, terms: [
///     SpinTerm(1, [0: .z, 1: .z]), SpinTerm(0.5, [0: .raising, 1: .lowering]),
///     SpinTerm(0.5, [0: .lowering, 1: .raising]), SpinTerm(0.2, [0: .z]), SpinTerm(0.2, [1: .z]),
/// ])
/// ```
public struct SpinOperator: LinearOperator, Hashable {
    /// The number of spins, 1...30.
    public let sites: Int
    /// What is summed.
    public let terms: [SpinTerm]

    /// Describes a sum; ``validate()`` tells whether the description makes sense.
    public init(sites: Int, terms: [SpinTerm]) {
        self.sites = sites
        self.terms = terms
    }

    /// The Ising chain in a transverse field: J Σ SᶻᵢSᶻᵢ₊₁ − B Σ Sˣᵢ.
    ///
    /// - Parameters:
    ///   - sites: The number of spins.
    ///   - cyclic: Whether the last site is bound to the first; with 2 sites that bond counts twice.
    ///   - coupling: J.
    ///   - field: B.
    public static func isingChain(
        sites: Int, cyclic: Bool = false, coupling: Double = 1, field: Double = 1
    ) -> SpinOperator {
        let bonds = (0..<max(cyclic ? sites : sites - 1, 0)).map { site in
            SpinTerm(coupling, [site: .z, (site + 1) % sites: .z])
        }
        return SpinOperator(sites: sites, terms: bonds + (0..<max(sites, 0)).map { SpinTerm(-field, [$0: .x]) })
    }

    /// 2^sites in both directions.
    public var shape: Shape { Shape(square: 1 << min(max(sites, 0), 62)) }

    /// Whether every product comes with its adjoint and the same coefficient.
    public var isSymmetric: Bool {
        var sums: [[SpinTerm.SiteFactor]: Double] = [:]
        for term in terms {
            sums[term.factors, default: 0] += term.coefficient
            sums[term.adjointFactors, default: 0] -= term.coefficient
        }
        let largest = terms.reduce(0) { max($0, $1.coefficient.magnitude) }
        return sums.values.allSatisfy { $0.magnitude <= 1e-14 * largest * Double(terms.count) }
    }

    /// Checks the sites and the terms.
    ///
    /// - Throws: ``SolverError/Code/invalidOperator``.
    public func validate() throws {
        guard (1...30).contains(sites) else {
            throw SolverError(
                .invalidOperator,
                "an operator on \(sites) sites: 1...30 are possible (2^sites rows must fit 32-bit indices)")
        }
        for (index, term) in terms.enumerated() {
            let places = term.factors.map(\.site)
            guard places.allSatisfy({ (0..<sites).contains($0) }), Set(places).count == places.count else {
                throw SolverError(
                    .invalidOperator, "term \(index) acts on the sites \(places): each must be in 0..<\(sites), once")
            }
            guard term.coefficient.isFinite else {
                throw SolverError(.invalidOperator, "the coefficient of term \(index) is \(term.coefficient)")
            }
            guard term.factors.count(where: { $0.factor == .y }) % 2 == 0 else {
                throw SolverError(
                    .invalidOperator,
                    "term \(index) has an odd number of factors y, so the matrix is not real; complex operators are "
                        + "not supported")
            }
        }
    }

    /// Some rows, with the columns in order and without zeros that cancel.
    ///
    /// - Throws: ``SolverError/Code/invalidOperator`` for an operator that makes no sense, a range outside of it, and
    ///   for more entries than 32-bit indices count.
    public func rows(_ range: Range<Int>) throws -> SparseRows {
        try validate()
        guard range.lowerBound >= 0, range.upperBound <= shape.rows else {
            throw SolverError(.invalidOperator, "rows \(range) of a matrix with \(shape.rows)")
        }
        return try SpinRows(self).build(range)
    }
}
