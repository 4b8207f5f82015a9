// SPDX-License-Identifier: Apache-2.0
// Runs the contract of executors against one strategy, or makes the table of several reports.

import ExecutorConformance
import Foundation
import Futures
import MPIFutures

/// `ConformanceProgram STRATEGY [--workers N] [--json] [--only CHECK,…] [--patience X]`, where the strategy is `local`,
/// `rehearsal` or one that `MPIExecutor` knows; `ConformanceProgram table FILE…` prints the table of reports.
@main
struct ConformanceProgram {
    static func main() async throws {
        let arguments = try Arguments(Array(CommandLine.arguments.dropFirst()))
        if arguments.strategy == "table" { return try printTable(arguments.files) }
        let subject = try await Subjects.subject(arguments.strategy, workers: arguments.workers)
        let rank = Subjects.rank
        var hasFailed = false
        _ = await ConformanceRunner(subject, only: arguments.only, patience: arguments.patience).run { result in
            if result.status == .failed { hasFailed = true }
            // Where every rank runs the program, rank 0 speaks for all that is well.
            guard rank == 0 || result.status == .failed else { return }
            let line = ReportLine(result, workers: arguments.workers, rank: rank)
            // Safe: strings and numbers can be encoded.
            print(arguments.isJSON ? try! line.json() : result.line)
            fflush(nil)
        }
        if hasFailed { exit(1) }
    }

    private static func printTable(_ files: [String]) throws {
        var lines: [ReportLine] = []
        for file in files { lines += ReportLine.lines(in: try String(contentsOfFile: file, encoding: .utf8)) }
        var columns: [String] = []
        for line in lines where !columns.contains(line.result.subject) { columns.append(line.result.subject) }
        let table = ComplianceTable(columns: columns, lines: lines)
        print(table.markdown, terminator: "")
        if !table.isComplete { exit(1) }
    }
}
