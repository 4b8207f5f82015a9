// SPDX-License-Identifier: Apache-2.0
// One task of the sweep.

import Futures

/// A lattice at one temperature, to be simulated once.
struct IsingRun: Codable, Sendable {
    /// The means of one block of consecutive sweeps, per spin.
    struct Block: Codable, Sendable, Equatable {
        var energy = 0.0
        var energySquared = 0.0
        var magnetisation = 0.0
    }

    /// The number of blocks that a run is divided into.
    static let blockCount = 8

    /// The number of spins in a row of the lattice.
    let size: Int
    /// In units of the coupling.
    let temperature: Double
    /// The number of sweeps that are measured; a quarter as many go before them.
    let sweeps: Int

    /// What the run costs, in spin updates.
    var work: Double { Double(size * size) * Double(sweeps) * 1.25 }

    /// Simulates with the random numbers of the running task.
    ///
    /// They depend on the seed and on the task's place in the sweep only, so the result does too.
    ///
    /// - Throws: ``ExecutorError`` with `notInTask` outside of a task, `CancellationError` in a cancelled one.
    func simulated() throws -> [Block] {
        guard var random = TaskContext.current?.random else {
            throw ExecutorError(.notInTask, "a run takes its random numbers from the task that it is part of")
        }
        return try simulated(random: &random)
    }

    /// Simulates with random numbers of the caller's.
    func simulated(random: inout some RandomNumberGenerator) throws -> [Block] {
        var lattice = IsingLattice(size: size)
        for _ in 0..<(sweeps / 4) { lattice.sweep(inverseTemperature: 1 / temperature, random: &random) }
        var blocks: [Block] = []
        for index in 0..<Self.blockCount {
            try Task.checkCancellation()
            let (first, end) = (sweeps * index / Self.blockCount, sweeps * (index + 1) / Self.blockCount)
            blocks.append(block(of: end - first, &lattice, &random))
        }
        return blocks
    }

    private func block(
        of sweeps: Int, _ lattice: inout IsingLattice, _ random: inout some RandomNumberGenerator
    ) -> Block {
        var block = Block()
        for _ in 0..<sweeps {
            lattice.sweep(inverseTemperature: 1 / temperature, random: &random)
            let energy = Double(lattice.energy) / Double(lattice.count)
            block.energy += energy
            block.energySquared += energy * energy
            block.magnetisation += Double(abs(lattice.magnetisation)) / Double(lattice.count)
        }
        block.energy /= Double(sweeps)
        block.energySquared /= Double(sweeps)
        block.magnetisation /= Double(sweeps)
        return block
    }
}
