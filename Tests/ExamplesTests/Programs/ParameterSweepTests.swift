// SPDX-License-Identifier: Apache-2.0
// The parameter sweep as a program.

import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite(.serialized) struct ParameterSweepTests {
    struct Estimate: Decodable, Equatable {
        var value: Double
        var error: Double
    }

    struct Point: Decodable, Equatable {
        var size: Int
        var temperature: Double
        var magnetisation: Estimate
        var energy: Estimate
        var heatCapacity: Estimate
    }

    struct Output: Decodable {
        var strategy: String
        var workers: Int
        var tasks: Int
        var seed: UInt64
        var points: [Point]
        var plot: String
        var seconds: Double
    }

    private func sweep(_ arguments: [String], plot: URL) async throws -> Output {
        let common = ["--tasks", "36", "--sweeps", "32", "--seed", "7", "--json", "--output", plot.path]
        return try await ExampleProgram.run("ParameterSweep", arguments + common).json(as: Output.self)
    }

    @Test("Every strategy and number of workers gives the same numbers and the same plot", .timeLimit(.minutes(3)))
    func reproducible() async throws {
        try await withScratchDirectory { scratch in
            let file = scratch.appending(path: "plot.svg")
            let local = try await sweep(["--strategy", "local", "--workers", "1"], plot: file)
            #expect(local.strategy == "local" && local.workers == 1 && local.tasks == 36 && local.seed == 7)
            #expect(local.plot == file.path)
            #expect(local.points.count == 9)
            let plot = try Data(contentsOf: file)
            for workers in [2, 3] {
                let dynamic = try await sweep(["--workers", "\(workers)"], plot: file)
                #expect(dynamic.strategy == "dynamic" && dynamic.workers == workers)
                #expect(dynamic.points == local.points)
                #expect(try Data(contentsOf: file) == plot)
            }
            // No temporary file stays beside the plot.
            #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["plot.svg"])
        }
    }

    @Test("The plot is an SVG file with every point in it", .timeLimit(.minutes(1)))
    func plot() async throws {
        try await withScratchDirectory { scratch in
            let file = scratch.appending(path: "plot.svg")
            _ = try await sweep(["--strategy", "local"], plot: file)
            let counter = ElementCounter()
            let parser = XMLParser(data: try Data(contentsOf: file))
            parser.delegate = counter
            #expect(parser.parse(), "\(String(describing: parser.parserError))")
            // Three panels of nine points, and three in the legend.
            #expect(counter.counts["circle"] == 3 * 9 + 3)
            // One exact curve in each panel.
            #expect(counter.counts["path"] == 3)
        }
    }

    @Test("The table shows the largest lattice beside the exact values", .timeLimit(.minutes(1)))
    func table() async throws {
        try await withScratchDirectory { scratch in
            let file = scratch.appending(path: "plot.svg")
            let run = try await ExampleProgram.run(
                "ParameterSweep",
                ["--tasks", "36", "--sweeps", "16", "--strategy", "local", "--output", file.path])
            #expect(run.status == 0 && run.errors == "")
            #expect(run.output.contains("64 × 64 spins"))
            let rows = run.output.split(separator: "\n").filter { $0.contains("±") && $0.first?.isNumber == true }
            #expect(rows.map { $0.prefix(5) } == ["1.500", "2.500", "3.500"])
            #expect(run.output.contains("36 simulations"))
        }
    }

    @Test(
        "Bad arguments are refused in words", .timeLimit(.minutes(1)),
        arguments: [
            (["--tasks", "100"], "--tasks is 100: it must be a multiple of 12"),
            (["--tasks", "100"], "take 96 or 108."),
            (["--tasks", "12"], "take 24 or 36."),
            (["--tasks=-12"], "take 24 or 36."),
            (["--sweeps", "7"], "--sweeps is 7: at least 8 are needed."),
            (["--workers=-1"], "--workers is -1: at least 1 worker is needed."),
            (["--output", "/no-such-directory/plot.svg"], "no file can be written there"),
            (["--output", "/"], "no file can be written there"),
        ])
    func badArguments(arguments: [String], message: String) async throws {
        let run = try await ExampleProgram.run("ParameterSweep", arguments)
        #expect(run.status == 64)
        #expect(run.errors.contains(message), "\(run.errors)")
    }
}

/// Counts the elements of an XML file by their names.
private final class ElementCounter: NSObject, XMLParserDelegate {
    var counts: [String: Int] = [:]

    func parser(
        _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?,
        qualifiedName qName: String?, attributes attributeDict: [String: String] = [:]
    ) {
        counts[elementName, default: 0] += 1
    }
}
