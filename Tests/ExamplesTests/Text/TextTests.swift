// SPDX-License-Identifier: Apache-2.0
// Tables, bars and axes.

import ExampleSupport
import Futures
import Testing

@testable import ParameterSweep

@Suite struct TextTests {
    @Test("A table aligns its columns")
    func table() {
        var table = TextTable("name", "value")
        table.append("a", "1.0")
        table.append("longer", "−12.25")
        #expect(
            table.text() == """
                name      value
                ───────────────
                a           1.0
                longer   −12.25
                """)
    }

    @Test("A bar fills with the work, and counts the tasks")
    func bar() {
        var bar = ProgressBar(count: 4, work: 10)
        #expect(bar.line(seconds: 0, width: 80).hasSuffix(" 0/4"))
        bar.advance(work: 5)
        let line = bar.line(seconds: 2, width: 80)
        #expect(
            line == String(repeating: "█", count: 20) + String(repeating: "·", count: 20)
                + " 1/4  0.5 tasks/s  2 s left")
        // A narrow terminal leaves less of the bar and all of the numbers.
        #expect(bar.line(seconds: 2, width: 40).count < 40)
        #expect(bar.line(seconds: 2, width: 10).hasSuffix("2 s left"))
        for _ in 0..<3 { bar.advance(work: 5) }
        #expect(bar.line(seconds: 2, width: 80).contains(" 4/4"))
    }

    @Test("An axis has round ticks inside its range")
    func ticks() {
        let unit = Axis(label: "", values: 0...1.05, places: (0, 100))
        #expect(unit.ticks.map(unit.text) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
        let energy = Axis(label: "", values: -2.05...(-0.5), places: (100, 0))
        #expect(energy.ticks.map(energy.text) == ["−2.0", "−1.8", "−1.6", "−1.4", "−1.2", "−1.0", "−0.8", "−0.6"])
        #expect(energy.place(-2.05) == 100 && energy.place(-0.5) == 0)
        let wide = Axis(label: "", values: 0...3000, places: (0, 1))
        #expect(wide.ticks.map(wide.text) == ["0", "500", "1000", "1500", "2000", "2500", "3000"])
    }

    @Test("An error is told with its causes")
    func failure() {
        let cause = ExecutorError(.launcherNotFound, "no launcher")
        #expect(
            failureText(of: ExecutorError(.launchFailed, "no workers", cause: cause))
                == "no workers\n  because: no launcher")
        #expect(failureText(of: CancellationError()) == "CancellationError()")
    }
}
