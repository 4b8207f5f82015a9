// SPDX-License-Identifier: Apache-2.0
// What the sweep found, and how it is printed.

import ExampleSupport
import Foundation

/// The observables of all lattices at all temperatures.
struct SweepResult {
    /// The observables of one lattice at one temperature, per spin.
    struct Point: Encodable {
        let size: Int
        let temperature: Double
        let magnetisation: Estimate
        let energy: Estimate
        let heatCapacity: Estimate

        init(run: IsingRun, blocks: [IsingRun.Block]) {
            let spins = Double(run.size * run.size)
            let temperature = run.temperature
            size = run.size
            self.temperature = temperature
            magnetisation = Estimate(blocks) { $0.magnetisation }
            energy = Estimate(blocks) { $0.energy }
            // The fluctuations of the energy: N (⟨e²⟩ − ⟨e⟩²)/T².
            heatCapacity = Estimate(blocks) {
                spins * ($0.energySquared - $0.energy * $0.energy) / (temperature * temperature)
            }
        }
    }

    let strategy: String
    let workers: Int
    let tasks: Int
    /// By size, descending, then by temperature, ascending.
    let points: [Point]
    let seconds: Double

    /// For people: the largest lattice beside the exact solution.
    func text(plot: String) -> String {
        let largest = points.map(\.size).max() ?? 0
        var table = TextTable("T", "|m|", "exact", "energy", "exact", "heat capacity", "exact")
        for point in points where point.size == largest {
            let temperature = point.temperature
            table.append(
                Format.fixed(temperature, 3),
                Self.text(point.magnetisation, 4), Format.fixed(ExactIsing.magnetisation(at: temperature), 4),
                Self.text(point.energy, 4), Format.fixed(ExactIsing.energy(at: temperature), 4),
                Self.text(point.heatCapacity, 3), Format.fixed(ExactIsing.heatCapacity(at: temperature), 3))
        }
        let place =
            strategy == "local"
            ? "\(workers) at a time in this process" : "on \(workers) worker\(workers == 1 ? "" : "s")"
        return """
            Ising model, \(largest) × \(largest) spins, beside the infinite lattice; per spin, ± one standard error

            \(table.text())

            \(tasks) simulations \(place), strategy \(strategy), in \(Format.fixed(seconds, 1)) s; all lattices in \(plot)
            """
    }

    private static func text(_ estimate: Estimate, _ decimals: Int) -> String {
        "\(Format.fixed(estimate.value, decimals)) ± \(Format.fixed(estimate.error, decimals))"
    }

    /// For programs: one object on one line.
    func json(seed: UInt64, plot: String) throws -> String {
        let object = Object(
            strategy: strategy, workers: workers, tasks: tasks, seed: seed, points: points, plot: plot,
            seconds: seconds)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(object), as: UTF8.self)
    }

    private struct Object: Encodable {
        let strategy: String
        let workers: Int
        let tasks: Int
        let seed: UInt64
        let points: [Point]
        let plot: String
        let seconds: Double
    }
}
