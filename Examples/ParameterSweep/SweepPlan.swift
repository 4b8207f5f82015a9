// SPDX-License-Identifier: Apache-2.0
// What the sweep simulates.

import ArgumentParser

/// The lattices and temperatures of a sweep, and the runs that it is made of.
struct SweepPlan {
    /// The numbers of spins in a row, the largest first: long tasks at the end would leave workers idle.
    static let sizes = [64, 32, 16]
    /// The number of runs of a lattice at a temperature.
    static let repetitions = 4
    /// The number of runs that each temperature is good for.
    static let tasksPerTemperature = sizes.count * repetitions
    /// The lowest and the highest temperature.
    static let temperatureRange = 1.5...3.5

    /// The temperatures, ascending.
    let temperatures: [Double]
    /// The runs, in the order in which they are submitted.
    let runs: [IsingRun]

    /// A plan of a number of tasks that ``check(tasks:)`` accepts.
    init(tasks: Int, sweeps: Int) {
        let steps = tasks / Self.tasksPerTemperature - 1
        let range = Self.temperatureRange
        temperatures = (0...steps).map { step in
            range.lowerBound + (range.upperBound - range.lowerBound) * Double(step) / Double(steps)
        }
        runs = Self.sizes.flatMap { [temperatures] size in
            temperatures.flatMap { temperature in
                (0..<Self.repetitions).map { _ in
                    IsingRun(size: size, temperature: temperature, sweeps: sweeps)
                }
            }
        }
    }

    /// The sum of the work of all runs.
    var work: Double { runs.reduce(0) { $0 + $1.work } }

    /// Refuses a number of tasks that makes no whole number of temperatures, or only one.
    static func check(tasks: Int) throws {
        guard tasks >= 2 * tasksPerTemperature, tasks % tasksPerTemperature == 0 else {
            let below = max(2, tasks / tasksPerTemperature) * tasksPerTemperature
            throw ValidationError(
                "--tasks is \(tasks): it must be a multiple of \(tasksPerTemperature) "
                    + "(\(sizes.count) lattices, \(repetitions) runs each), \(2 * tasksPerTemperature) at least; "
                    + "take \(below) or \(below + tasksPerTemperature).")
        }
    }
}
