// SPDX-License-Identifier: Apache-2.0
// The ground-state example as a program.

import Testing

/// Reference energies: exact diagonalisation of the chain, twelve decimals.
@Suite(.serialized) struct GroundStateTests {
    struct Output: Decodable {
        var strategy: String
        var workers: Int
        var solver: String
        var ranks: Int
        var processes: [Int]
        var sites: Int
        var cyclic: Bool
        var eigenvalues: [Double]
        var residuals: [Double]
        var seconds: [String: Double]
    }

    @Test("SLEPc on two workers finds all copies of a level", .timeLimit(.minutes(2)))
    func workers() async throws {
        let run = try await ExampleProgram.run(
            "GroundState", ["--sites", "10", "--count", "4", "--workers", "2", "--json"])
        let output = try run.json(as: Output.self)
        #expect(run.output.hasSuffix("}\n") && run.output.filter { $0 == "\n" }.count == 1)
        #expect(output.strategy == "dynamic")
        #expect(output.solver == "SLEPc")
        #expect(output.workers == 2 && output.ranks == 2 && Set(output.processes).count == 2)
        #expect(output.sites == 10 && !output.cyclic)
        let expected = [-4.258035207283, -3.930673589502, -3.930673589502, -3.930673589502]
        #expect(output.eigenvalues.count == 4)
        for (value, reference) in zip(output.eigenvalues, expected) { #expect(abs(value - reference) < 1e-9) }
        #expect(output.residuals.count == 4 && output.residuals.allSatisfy { $0 < 1e-8 })
        let total = try #require(output.seconds["total"])
        #expect(total > 0)
        #expect(output.seconds.filter { $0.key != "total" }.values.reduce(0, +) <= total * 1.001)
    }

    @Test("LAPACK solves a small chain in the process itself", .timeLimit(.minutes(1)))
    func local() async throws {
        let run = try await ExampleProgram.run(
            "GroundState", ["--sites", "8", "--cyclic", "--strategy", "local", "--json"])
        let output = try run.json(as: Output.self)
        #expect(output.strategy == "local" && output.solver == "LAPACK" && output.cyclic)
        #expect(output.eigenvalues.count == 1)
        #expect(abs(output.eigenvalues[0] + 3.651093408937) < 1e-9)
    }

    @Test("The table names the energy, the solver and the phases", .timeLimit(.minutes(1)))
    func table() async throws {
        let run = try await ExampleProgram.run("GroundState", ["--sites", "6", "--strategy", "local"])
        #expect(run.status == 0 && run.errors == "")
        #expect(run.output.contains("Solved by LAPACK in this process"))
        #expect(run.output.contains("-2.493577133888"))
        #expect(run.output.contains("\ntotal "))
    }

    @Test(
        "Bad arguments are refused in words", .timeLimit(.minutes(1)),
        arguments: [
            (["--sites", "0"], "--sites is 0: a chain of 0 sites: 1...30 are possible"),
            (["--sites", "31"], "1...30 are possible"),
            (["--sites", "1", "--cyclic"], "a cyclic chain needs 2 sites at least"),
            (["--sites", "4", "--count", "17"], "--count is 17: a chain of 4 sites has 1 to 16 levels."),
            (["--sites", "4", "--count", "0"], "--count is 0"),
            (["--sites", "4", "--workers", "0"], "--workers is 0: at least 1 worker is needed."),
            (["--sites", "4", "--strategy", "none"], "'automatic', 'dynamic', 'local', 'masterWorker' or 'syncro'"),
            ([], "Missing expected argument '--sites <n>'"),
        ])
    func badArguments(arguments: [String], message: String) async throws {
        let run = try await ExampleProgram.run("GroundState", arguments)
        #expect(run.status == 64)
        #expect(run.output == "")
        #expect(run.errors.contains(message), "\(run.errors)")
    }

    @Test("Failures are told in words, with status 1", .timeLimit(.minutes(1)))
    func failures() async throws {
        let tooLarge = try await ExampleProgram.run("GroundState", ["--sites", "13", "--strategy", "local"])
        #expect(tooLarge.status == 1)
        #expect(tooLarge.errors.hasPrefix("Error: 8192 rows are too many"), "\(tooLarge.errors)")
        let noLauncher = try await ExampleProgram.run(
            "GroundState", ["--sites", "4", "--workers", "1"],
            environment: ["MPIFUTURES_LAUNCHER": "no-such-launcher"])
        #expect(noLauncher.status == 1)
        #expect(noLauncher.output == "")
        #expect(
            noLauncher.errors.hasPrefix("Error: no MPI launcher: `no-such-launcher` is not in PATH."),
            "\(noLauncher.errors)")
    }
}
