// SPDX-License-Identifier: Apache-2.0
// The Heisenberg model on a chain of spins 1/2.

/// H = J Σ Sᵢ·Sᵢ₊₁ + Σ hᵢ Sᶻᵢ over a chain of spins 1/2, S = σ/2.
///
/// The basis are the products of up (bit 0) and down (bit 1) spins; site 0 is the most significant bit, so row 0 is
/// "all up". The dimension is 2^sites. A cyclic chain has the bond between the last and the first site too; with two
/// sites that is the same bond once more, and counts twice (as in quimb's `ham_heis`).
public struct HeisenbergChain: LinearOperator, Hashable {
    /// The number of spins, 1...30 (2 at least where the chain is cyclic).
    public let sites: Int
    /// Whether the last site is bound to the first.
    public let cyclic: Bool
    /// J; positive is antiferromagnetic.
    public let coupling: Double
    /// hᵢ for each site, `nil` for none.
    public let fields: [Double]?

    /// Describes a chain; ``validate()`` tells whether the description makes sense.
    ///
    /// - Parameters:
    ///   - sites: The number of spins, 1...30.
    ///   - cyclic: Whether the last site is bound to the first.
    ///   - coupling: J.
    ///   - fields: One hᵢ for each site.
    public init(sites: Int, cyclic: Bool = false, coupling: Double = 1, fields: [Double]? = nil) {
        self.sites = sites
        self.cyclic = cyclic
        self.coupling = coupling
        self.fields = fields
    }

    /// 2^sites in both directions.
    public var shape: Shape { Shape(square: 1 << min(max(sites, 0), 62)) }

    /// The chain is symmetric.
    public var isSymmetric: Bool { true }

    /// Checks the number of sites and the parameters.
    ///
    /// - Throws: ``SolverError/Code/invalidOperator``.
    public func validate() throws {
        guard (1...30).contains(sites) else {
            throw SolverError(
                .invalidOperator,
                "a chain of \(sites) sites: 1...30 are possible (2^sites rows must fit 32-bit indices)")
        }
        guard !cyclic || sites > 1 else {
            throw SolverError(.invalidOperator, "a cyclic chain needs 2 sites at least")
        }
        if let fields, fields.count != sites {
            throw SolverError(.invalidOperator, "\(fields.count) fields for \(sites) sites: give one for each")
        }
        guard coupling.isFinite, fields?.allSatisfy(\.isFinite) ?? true else {
            throw SolverError(.invalidOperator, "the coupling and the fields must be finite")
        }
    }

    /// Some rows, with the columns in order.
    ///
    /// - Throws: ``SolverError/Code/invalidOperator`` for a chain that makes no sense, a range outside of it, and
    ///   for more entries than 32-bit indices count.
    public func rows(_ range: Range<Int>) throws -> SparseRows {
        try validate()
        guard range.lowerBound >= 0, range.upperBound <= shape.rows else {
            throw SolverError(.invalidOperator, "rows \(range) of a matrix with \(shape.rows)")
        }
        return try HeisenbergRows(self).build(range)
    }
}
