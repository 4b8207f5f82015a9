// SPDX-License-Identifier: Apache-2.0
// The exact solution of the infinite lattice.

import Foundation

/// The square-lattice Ising model without a field in the limit of infinite size, coupling and k_B 1.
///
/// Energy and heat capacity: L. Onsager, Phys. Rev. 65, 117 (1944); magnetisation: C. N. Yang, Phys. Rev. 85, 808
/// (1952).
enum ExactIsing {
    /// 2 / ln(1 + √2).
    static let criticalTemperature = 2 / log(1 + 2.0.squareRoot())

    /// The spontaneous magnetisation per spin: (1 − sinh(2/T)⁻⁴)^(1/8) below the critical temperature.
    static func magnetisation(at temperature: Double) -> Double {
        guard temperature < criticalTemperature else { return 0 }
        return pow(1 - pow(sinh(2 / temperature), -4), 0.125)
    }

    /// The energy per spin: −coth(2/T) [1 + (2/π)(2 tanh²(2/T) − 1) K(k)], k = 2 sinh(2/T)/cosh²(2/T).
    static func energy(at temperature: Double) -> Double {
        let x = 2 / temperature
        // At the critical temperature the factor of K vanishes faster than K grows.
        if temperature == criticalTemperature { return -1 / tanh(x) }
        let factor = 2 * tanh(x) * tanh(x) - 1
        return -1 / tanh(x) * (1 + 2 / .pi * factor * integrals(at: temperature).first)
    }

    /// The heat capacity per spin, infinite at the critical temperature:
    /// (2/π)(coth(2/T)/T)² · 2 {K − E − (1 − tanh²(2/T)) [π/2 + (2 tanh²(2/T) − 1) K]}.
    static func heatCapacity(at temperature: Double) -> Double {
        if temperature == criticalTemperature { return .infinity }
        let x = 2 / temperature
        let (tangent, (first, second)) = (tanh(x), integrals(at: temperature))
        let factor = 1 / (temperature * tangent)
        let bracket = .pi / 2 + (2 * tangent * tangent - 1) * first
        return 4 / .pi * factor * factor * (first - second - (1 - tangent * tangent) * bracket)
    }

    /// The complete elliptic integrals K(k) and E(k), by the arithmetic-geometric mean.
    private static func integrals(at temperature: Double) -> (first: Double, second: Double) {
        let x = 2 / temperature
        let k = 2 * sinh(x) / (cosh(x) * cosh(x))
        // 1 − k² = (2 tanh² − 1)², which does not cancel near the critical temperature.
        var (a, b) = (1.0, abs(2 * tanh(x) * tanh(x) - 1))
        var (sum, power) = (k * k / 2, 0.5)
        while abs(a - b) > 1e-15 * a {
            let c = (a - b) / 2
            (a, b) = ((a + b) / 2, (a * b).squareRoot())
            power *= 2
            sum += power * c * c
        }
        let first = .pi / (2 * a)
        return (first, first * (1 - sum))
    }
}
