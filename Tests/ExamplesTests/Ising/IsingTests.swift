// SPDX-License-Identifier: Apache-2.0
// The simulation against exact results.

import Foundation
import Futures
import Testing

@testable import ParameterSweep

@Suite struct IsingTests {
    @Test("The infinite lattice has its known values")
    func knownValues() {
        let critical = ExactIsing.criticalTemperature
        // 2/ln(1 + √2) and −√2, to the last digits of a double.
        #expect(abs(critical - 2.269185314213022) < 1e-14)
        #expect(abs(ExactIsing.energy(at: critical) + 2.0.squareRoot()) < 1e-12)
        #expect(ExactIsing.heatCapacity(at: critical) == .infinity)
        #expect(ExactIsing.magnetisation(at: critical) == 0)
        // (1 − sinh(1)⁻⁴)^(1/8) at T = 2, computed with 30 digits.
        #expect(abs(ExactIsing.magnetisation(at: 2) - 0.911319377877496) < 1e-14)
        // All spins up, and independent spins.
        #expect(abs(ExactIsing.energy(at: 0.1) + 2) < 1e-12)
        #expect(abs(ExactIsing.energy(at: 1000) + 2 * tanh(0.001)) < 1e-8)
    }

    @Test("The heat capacity is the slope of the energy", arguments: [1.0, 1.9, 2.2, 2.26, 2.28, 2.5, 4])
    func slope(temperature: Double) {
        let step = 1e-4
        let difference = ExactIsing.energy(at: temperature + step) - ExactIsing.energy(at: temperature - step)
        // The error of the central difference is of the order of step² times the third derivative.
        #expect(abs(difference / (2 * step) - ExactIsing.heatCapacity(at: temperature)) < 2e-4)
    }

    @Test("The simulation gives what the sum over all states gives", arguments: [1.5, 2.3, 3.5])
    func enumeration(temperature: Double) throws {
        var random = RandomStream(seed: 3, stream: 1)
        let run = IsingRun(size: 4, temperature: temperature, sweeps: 8000)
        let blocks = try (0..<4).flatMap { _ in try run.simulated(random: &random) }
        let point = SweepResult.Point(run: run, blocks: blocks)
        let exact = Enumeration(temperature: temperature)
        // Five standard errors: the random numbers are fixed, so this either holds or does not.
        for (estimate, value) in [
            (point.energy, exact.energy), (point.magnetisation, exact.magnetisation),
            (point.heatCapacity, exact.heatCapacity),
        ] {
            #expect(abs(estimate.value - value) < 5 * estimate.error, "\(estimate) and \(value)")
            #expect(estimate.error < 0.02)
        }
    }

    @Test("Outside of a task a run has no random numbers")
    func notInTask() {
        let error = #expect(throws: ExecutorError.self) {
            try IsingRun(size: 4, temperature: 2, sweeps: 8).simulated()
        }
        #expect(error?.code == .notInTask)
    }

    @Test("The error of a mean is that of independent blocks")
    func jackknife() {
        let blocks = [1.0, 2, 3, 6].map { IsingRun.Block(energy: $0, energySquared: 0, magnetisation: 0) }
        let estimate = Estimate(blocks) { $0.energy }
        #expect(estimate.value == 3)
        // √(Σ (x − 3)² / (4 · 3)) = √(14/12).
        #expect(abs(estimate.error - (14.0 / 12).squareRoot()) < 1e-12)
    }

    @Test("The plan has every lattice at every temperature, four times")
    func plan() throws {
        let plan = SweepPlan(tasks: 36, sweeps: 8)
        #expect(plan.temperatures == [1.5, 2.5, 3.5])
        #expect(plan.runs.count == 36)
        #expect(plan.runs.map(\.size) == [64, 32, 16].flatMap { [Int](repeating: $0, count: 12) })
        #expect(plan.work == Double(4096 + 1024 + 256) * 12 * 8 * 1.25)
    }
}

/// The 4 × 4 lattice by the sum over its 65,536 states.
private struct Enumeration {
    var energy = 0.0
    var magnetisation = 0.0
    var heatCapacity = 0.0

    init(temperature: Double) {
        var (sum, squares) = (0.0, 0.0)
        for state in 0..<(1 << 16) {
            let spins = (0..<16).map { (state >> $0) & 1 == 0 ? 1 : -1 }
            var bonds = 0
            for site in 0..<16 {
                let (row, column) = (site / 4, site % 4)
                bonds += spins[site] * (spins[row * 4 + (column + 1) % 4] + spins[(row + 1) % 4 * 4 + column])
            }
            let e = -Double(bonds) / 16
            // Relative to the ground state, so that the weights stay small.
            let weight = exp(-16 * (e + 2) / temperature)
            sum += weight
            energy += weight * e
            squares += weight * e * e
            magnetisation += weight * Double(abs(spins.reduce(0, +))) / 16
        }
        energy /= sum
        magnetisation /= sum
        heatCapacity = 16 * (squares / sum - energy * energy) / (temperature * temperature)
    }
}
