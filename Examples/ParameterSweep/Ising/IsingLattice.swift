// SPDX-License-Identifier: Apache-2.0
// A lattice of Ising spins and the update that moves it.

import Foundation

/// Spins ±1 on a periodic square lattice, H = −Σ sᵢ sⱼ over neighbours.
///
/// Moved by the cluster update of Swendsen and Wang (Phys. Rev. Lett. 58, 86 (1987)): it decorrelates within a few
/// sweeps at the critical temperature too, where single-spin updates need thousands.
struct IsingLattice {
    /// The number of spins in a row.
    let size: Int
    private var spins: [Int8]
    /// The trees of the clusters; a root is its own parent and has the lowest number in its cluster.
    private var parents: [Int32]

    /// A lattice with all spins up.
    init(size: Int) {
        precondition(size >= 2, "a lattice of \(size) × \(size) spins has no neighbours")
        self.size = size
        spins = [Int8](repeating: 1, count: size * size)
        parents = [Int32](repeating: 0, count: size * size)
    }

    /// The number of spins.
    var count: Int { spins.count }

    /// The sum of all spins.
    var magnetisation: Int { spins.reduce(0) { $0 + Int($1) } }

    /// −Σ sᵢ sⱼ over the 2·size² bonds.
    var energy: Int {
        var sum = 0
        forEachBond { sum -= Int(spins[$0] * spins[$1]) }
        return sum
    }

    /// Binds equal neighbours with probability 1 − exp(−2/T) and gives each cluster a new direction.
    mutating func sweep(inverseTemperature: Double, random: inout some RandomNumberGenerator) {
        // A 64-bit random number is below the threshold with that probability.
        let threshold = UInt64((1 - exp(-2 * inverseTemperature)) * 0x1p64)
        for site in parents.indices { parents[site] = Int32(site) }
        for row in 0..<size {
            for column in 0..<size {
                let site = row * size + column
                let right = column + 1 < size ? site + 1 : row * size
                let below = row + 1 < size ? site + size : column
                if spins[site] == spins[right], random.next() < threshold { join(site, right) }
                if spins[site] == spins[below], random.next() < threshold { join(site, below) }
            }
        }
        // Roots come before the other sites of their cluster.
        for site in spins.indices {
            let root = root(of: site)
            spins[site] = root == site ? (random.next() & 1 == 0 ? 1 : -1) : spins[root]
        }
    }

    private func forEachBond(_ body: (Int, Int) -> Void) {
        for row in 0..<size {
            for column in 0..<size {
                let site = row * size + column
                body(site, column + 1 < size ? site + 1 : row * size)
                body(site, row + 1 < size ? site + size : column)
            }
        }
    }

    private mutating func join(_ first: Int, _ second: Int) {
        let (a, b) = (root(of: first), root(of: second))
        if a < b { parents[b] = Int32(a) } else { parents[a] = Int32(b) }
    }

    private mutating func root(of site: Int) -> Int {
        var site = site
        while Int(parents[site]) != site {
            parents[site] = parents[Int(parents[site])]
            site = Int(parents[site])
        }
        return site
    }
}
