// SPDX-License-Identifier: Apache-2.0
// A product of spin operators on some sites.

/// A number times a product of single-site spin operators, S = σ/2; the other sites are left alone.
public struct SpinTerm: Codable, Sendable, Hashable {
    /// What acts on one site.
    public enum Factor: String, Codable, Sendable, Hashable, CaseIterable {
        /// Sˣ.
        case x
        /// Sʸ; a term needs an even number of them, or its matrix is not real.
        case y
        /// Sᶻ: +1/2 for up, −1/2 for down.
        case z
        /// S⁺ = Sˣ + i Sʸ: turns down into up.
        case raising
        /// S⁻ = Sˣ − i Sʸ: turns up into down.
        case lowering

        /// The factor of the adjoint.
        var adjoint: Factor {
            switch self {
            case .raising: .lowering
            case .lowering: .raising
            case .x, .y, .z: self
            }
        }
    }

    /// A factor and where it acts.
    public struct SiteFactor: Codable, Sendable, Hashable {
        /// The site, from 0.
        public let site: Int
        /// What acts there.
        public let factor: Factor
    }

    /// The number in front.
    public let coefficient: Double
    /// The factors, in the order of their sites.
    public let factors: [SiteFactor]

    /// Makes a term, for example `SpinTerm(0.5, [0: .raising, 1: .lowering])`.
    ///
    /// - Parameters:
    ///   - coefficient: The number in front.
    ///   - factors: Sites and factors, each site once; none for a multiple of the identity.
    public init(_ coefficient: Double, _ factors: KeyValuePairs<Int, Factor>) {
        self.coefficient = coefficient
        self.factors = factors.map { SiteFactor(site: $0.key, factor: $0.value) }.sorted { $0.site < $1.site }
    }

    /// The factors of the adjoint; products on different sites commute, so their order stays.
    var adjointFactors: [SiteFactor] {
        factors.map { SiteFactor(site: $0.site, factor: $0.factor.adjoint) }
    }
}
