// SPDX-License-Identifier: Apache-2.0
// Several reports as one table.

/// The table of which executor does what, in Markdown.
public struct ComplianceTable: Sendable {
    /// What a cell says.
    private enum Cell {
        case holds, missing
        case fails(String)
        case doesNotApply(String)
        case isShown(by: String)
    }

    private let columns: [String]
    private let lines: [String: [ReportLine]]

    /// Makes a table.
    ///
    /// - Parameters:
    ///   - columns: The names of the executors, in order.
    ///   - lines: The reports of all runs: a check holds where it holds in all of an executor's runs to which it applies.
    public init(columns: [String], lines: [ReportLine]) {
        self.columns = columns
        self.lines = Dictionary(grouping: lines) { "\($0.result.check) \($0.result.subject)" }
    }

    /// Whether no check fails, and none was left out.
    public var isComplete: Bool {
        Contract.checks.allSatisfy { check in
            columns.allSatisfy { column in
                switch cell(check, column) {
                case .holds, .doesNotApply, .isShown: true
                case .fails, .missing: false
                }
            }
        }
    }

    /// The table: a section for each part of the contract, and the reasons below.
    public var markdown: String {
        var reasons: [String] = []
        var text = ""
        for section in Contract.sections {
            text += "\n## \(section.title)\n\n"
            text += "| Check | What it asserts | " + columns.joined(separator: " | ") + " |\n"
            text += "|---|---|" + columns.map { _ in "---|" }.joined() + "\n"
            for check in section.checks {
                let cells = columns.map { mark(cell(check, $0), &reasons) }
                text += "| `\(check.id)` | \(check.sentence) | " + cells.joined(separator: " | ") + " |\n"
            }
        }
        guard !reasons.isEmpty else { return text }
        text += "\n## Remarks\n\n"
        for (index, reason) in reasons.enumerated() { text += "\(index + 1). \(reason)\n" }
        return text
    }

    private func cell(_ check: Check, _ column: String) -> Cell {
        let results = (lines["\(check.id) \(column)"] ?? []).sorted { ($0.workers, $0.rank) < ($1.workers, $1.rank) }
        if let failed = results.first(where: { $0.result.status == .failed }) {
            return .fails("fails with \(failed.workers) workers: \(failed.result.detail)")
        }
        if results.contains(where: { $0.result.status == .ok }) { return .holds }
        guard let first = results.first else { return .missing }
        let detail = first.result.detail
        return first.result.status == .shownByTests ? .isShown(by: "shown by \(detail)") : .doesNotApply(detail)
    }

    private func mark(_ cell: Cell, _ reasons: inout [String]) -> String {
        switch cell {
        case .holds: return "yes"
        case .missing: return "not run"
        case .fails(let reason): return "**no** (\(number(of: reason, &reasons)))"
        case .isShown(let tests): return "tests (\(number(of: tests, &reasons)))"
        case .doesNotApply(let reason): return "– (\(number(of: reason, &reasons)))"
        }
    }

    private func number(of reason: String, _ reasons: inout [String]) -> Int {
        let line = reason.split(whereSeparator: \.isNewline).joined(separator: " ")
        if let index = reasons.firstIndex(of: line) { return index + 1 }
        reasons.append(line)
        return reasons.count
    }
}
