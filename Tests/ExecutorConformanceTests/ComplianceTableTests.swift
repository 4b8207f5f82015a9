// SPDX-License-Identifier: Apache-2.0
// Reports and the table that is made of them.

import ExecutorConformance
import Testing

@Suite struct ComplianceTableTests {
    private func line(
        _ status: CheckResult.Status, _ detail: String = "", workers: Int = 1, rank: Int = 0, subject: String = "local"
    ) -> ReportLine {
        ReportLine(
            CheckResult(check: "submit", subject: subject, status: status, detail: detail, seconds: 0.5),
            workers: workers, rank: rank)
    }

    private func row(_ lines: [ReportLine]) -> String? {
        let table = ComplianceTable(columns: ["local"], lines: lines).markdown
        return table.split(separator: "\n").first { $0.hasPrefix("| `submit` |") }.map(String.init)
    }

    @Test func readsWhatItWrites() throws {
        let lines = [line(.ok), line(.failed, "a \"quoted\" ü", workers: 3, rank: 2)]
        let output = try lines.map { try $0.json() }.joined(separator: "\nnoise\n{\"not\": \"a report\"}\n")
        #expect(ReportLine.lines(in: output) == lines)
    }

    @Test func saysWhatHolds() {
        #expect(row([line(.ok), line(.notApplicable, "why", workers: 2)])?.hasSuffix("| yes |") == true)
        #expect(row([line(.ok), line(.failed, "broken", workers: 2, rank: 1)])?.hasSuffix("| **no** (1) |") == true)
        #expect(row([line(.notApplicable, "why")])?.hasSuffix("| – (1) |") == true)
        #expect(row([line(.shownByTests, "SomeTests")])?.hasSuffix("| tests (1) |") == true)
        #expect(row([])?.hasSuffix("| not run |") == true)
    }

    @Test func givesReasonsOnce() {
        let checks = ["submit", "map"].map {
            ReportLine(
                CheckResult(check: $0, subject: "local", status: .notApplicable, detail: "no\nreason", seconds: 0),
                workers: 1)
        }
        let table = ComplianceTable(columns: ["local"], lines: checks)
        #expect(table.markdown.hasSuffix("\n## Remarks\n\n1. no reason\n"))
        #expect(!table.isComplete, "most checks were not run")
    }

    @Test func namesEachCheckOnce() {
        let names = Contract.checks.map(\.id)
        #expect(Set(names).count == names.count)
        #expect(Contract.checks.allSatisfy { $0.sentence.hasSuffix(".") })
    }
}
