// SPDX-License-Identifier: Apache-2.0
// Means and errors from the blocks of a simulation.

/// A value and its standard error.
struct Estimate: Codable, Sendable, Equatable {
    let value: Double
    let error: Double

    /// A function of the means over all blocks, with the error by leaving out one block after the other.
    ///
    /// The jackknife estimate: σ² = (n − 1)/n Σ (fᵢ − f̄)², where fᵢ is the function of the means without block i.
    ///
    /// - Parameters:
    ///   - blocks: At least 2.
    ///   - function: What is estimated; need not be linear.
    init(_ blocks: [IsingRun.Block], _ function: (IsingRun.Block) -> Double) {
        precondition(blocks.count >= 2, "an error can't be estimated from \(blocks.count) blocks")
        let sum = blocks.reduce(into: IsingRun.Block()) { $0.add($1) }
        let count = Double(blocks.count)
        let partial = blocks.map { block in
            var rest = sum
            rest.add(block, factor: -1)
            return function(rest.scaled(by: 1 / (count - 1)))
        }
        let mean = partial.reduce(0, +) / count
        let deviation = partial.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        value = function(sum.scaled(by: 1 / count))
        error = (deviation * (count - 1) / count).squareRoot()
    }
}

extension IsingRun.Block {
    fileprivate mutating func add(_ other: Self, factor: Double = 1) {
        energy += factor * other.energy
        energySquared += factor * other.energySquared
        magnetisation += factor * other.magnetisation
    }

    fileprivate func scaled(by factor: Double) -> Self {
        Self(energy: factor * energy, energySquared: factor * energySquared, magnetisation: factor * magnetisation)
    }
}
