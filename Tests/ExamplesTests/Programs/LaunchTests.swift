// SPDX-License-Identifier: Apache-2.0
// The same binaries, started in every way that there is.

import Foundation
import Testing

/// Each way gives the same numbers, and the JSON names the strategy.
@Suite(.serialized) struct LaunchTests {
    /// A way to start a program, and the strategy that is then in force.
    struct Way: Sendable, CustomTestStringConvertible {
        var launcher: [String] = []
        var environment: [String: String] = [:]
        var strategy: String
        var testDescription: String { "\(launcher.joined(separator: " ")) \(strategy)" }
    }

    private static func mpirun(_ ranks: Int) -> [String] {
        let root = geteuid() == 0 ? ["--allow-run-as-root"] : []
        return ["mpirun", "-n", "\(ranks)", "--oversubscribe", "--bind-to", "none"] + root
    }

    static let ways = [
        Way(environment: ["MPIFUTURES_WORKERS": "2"], strategy: "dynamic"),
        Way(environment: ["MPIFUTURES_STRATEGY": "local"], strategy: "local"),
        Way(launcher: mpirun(1), environment: ["MPIFUTURES_WORKERS": "2"], strategy: "dynamic"),
        Way(launcher: mpirun(2), strategy: "masterWorker"),
        Way(launcher: mpirun(3), strategy: "masterWorker"),
        Way(launcher: mpirun(4), strategy: "masterWorker"),
        Way(launcher: ["swift-mpirun", "-n", "2", "--"], strategy: "masterWorker"),
        Way(launcher: ["swift-mpirun", "-n", "3", "--syncro", "--"], strategy: "syncro"),
    ]

    struct GroundState: Decodable {
        var strategy: String
        var eigenvalues: [Double]
    }

    // The reference is that of GroundStateTests.
    @Test("The ground state has one energy", .timeLimit(.minutes(1)), arguments: ways)
    func groundState(way: Way) async throws {
        let run = try await ExampleProgram.run(
            "GroundState", ["--sites", "10", "--json"], environment: way.environment, launcher: way.launcher)
        let result = try run.json(as: GroundState.self)
        #expect(result.strategy == way.strategy)
        #expect(result.eigenvalues.count == 1)
        #expect(abs((result.eigenvalues.first ?? 0) + 4.258035207283) < 1e-9)
    }

    @Test("The sweep has the same points", .timeLimit(.minutes(1)), arguments: ways)
    func sweep(way: Way) async throws {
        try await withScratchDirectory { scratch in
            let arguments = [
                "--tasks", "24", "--sweeps", "32", "--seed", "7", "--json", "--output",
                scratch.appending(path: "plot.svg").path,
            ]
            let local = try await ExampleProgram.run("ParameterSweep", arguments + ["--strategy", "local"])
                .json(as: ParameterSweepTests.Output.self)
            let other = try await ExampleProgram.run(
                "ParameterSweep", arguments, environment: way.environment, launcher: way.launcher
            ).json(as: ParameterSweepTests.Output.self)
            #expect(other.strategy == way.strategy)
            #expect(other.points.count == local.points.count)
            for (point, expected) in zip(other.points, local.points) {
                for (estimate, wanted) in [
                    (point.energy, expected.energy), (point.magnetisation, expected.magnetisation),
                    (point.heatCapacity, expected.heatCapacity),
                ] {
                    #expect(abs(estimate.value - wanted.value) <= 1e-12 && abs(estimate.error - wanted.error) <= 1e-12)
                }
            }
        }
    }
}
