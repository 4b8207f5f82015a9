// SPDX-License-Identifier: Apache-2.0
// The example's command: the phase transition of the Ising model.

import ArgumentParser
import ExampleSupport
import Foundation
import Futures

/// Simulates Ising lattices at many temperatures, one task for each simulation.
@main struct ParameterSweep: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ParameterSweep",
        abstract: "The phase transition of the two-dimensional Ising model, by simulation.",
        discussion: """
            Simulates lattices of 16, 32 and 64 spins squared from temperature 1.5 to 3.5, 4 times each, as tasks of \
            very unequal length. Prints energy, magnetisation and heat capacity beside the exact solution of the \
            infinite lattice, and plots them. The numbers are the same on every strategy and any number of workers.
            """)

    @OptionGroup var executor: ExecutorOptions

    @Option(
        help: ArgumentHelp(
            "The number of simulations: a multiple of \(SweepPlan.tasksPerTemperature), which makes one temperature.",
            valueName: "count"))
    var tasks = 252

    @Option(help: ArgumentHelp("The number of sweeps over the lattice in each simulation.", valueName: "count"))
    var sweeps = 1600

    @Option(help: ArgumentHelp("The seed of all random numbers.", valueName: "number"))
    var seed: UInt64 = 1

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The file to write the plot to.", valueName: "file"),
        completion: .file(extensions: ["svg"]))
    var output = "sweep.svg"

    @Flag(help: "Print one JSON object instead of a table.")
    var json = false

    func validate() throws {
        try SweepPlan.check(tasks: tasks)
        guard sweeps >= IsingRun.blockCount else {
            throw ValidationError("--sweeps is \(sweeps): at least \(IsingRun.blockCount) are needed.")
        }
        // Better now than after the work.
        let file = URL(filePath: output)
        guard FileManager.default.isWritableFile(atPath: file.deletingLastPathComponent().path), !isDirectory(file)
        else {
            throw ValidationError("--output is \(output): no file can be written there.")
        }
    }

    func run() async throws {
        try await reportingFailures {
            let plan = SweepPlan(tasks: tasks, sweeps: sweeps)
            let (result, isRoot) = try await executor.withExecutor(seed: seed) { chosen in
                (try await Sweep(plan: plan, chosen: chosen).run(), chosen.isRoot)
            }
            guard isRoot else { return }
            let plot = SweepPlot(points: result.points, plan: plan).svg()
            // Written to a temporary file and renamed: nobody sees half a plot.
            try Data(plot.utf8).write(to: URL(filePath: output), options: .atomic)
            print(json ? try result.json(seed: seed, plot: output) : result.text(plot: output))
        }
    }

    private func isDirectory(_ file: URL) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: file.path, isDirectory: &isDirectory) && isDirectory.boolValue
    }
}
