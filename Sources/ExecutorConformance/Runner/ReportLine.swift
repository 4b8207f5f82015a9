// SPDX-License-Identifier: Apache-2.0
// Results as lines that programs read.

internal import Foundation

/// Results of one run as JSON, one per line.
public struct ReportLine: Codable, Sendable, Hashable {
    /// How many workers or ranks the executor had.
    public var workers: Int
    /// The process that reports; 0 for the program itself.
    public var rank: Int
    /// What came of the check.
    public var result: CheckResult

    /// Joins a result with where it was found.
    public init(_ result: CheckResult, workers: Int, rank: Int = 0) {
        self.workers = workers
        self.rank = rank
        self.result = result
    }

    /// The line, without its end.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// The results among the lines of an output; other lines are left out.
    public static func lines(in output: String) -> [ReportLine] {
        output.split(whereSeparator: \.isNewline).compactMap { line in
            // Not every line of a program's output is a report.
            line.hasPrefix("{") ? try? JSONDecoder().decode(ReportLine.self, from: Data(line.utf8)) : nil
        }
    }
}
