// SPDX-License-Identifier: Apache-2.0
// Shows how far a number of tasks is.

/// A bar with count, rate and the time that is left; nothing where standard error is no terminal.
package struct ProgressBar {
    private let count: Int
    private let work: Double
    private let start = ContinuousClock.now
    private var done = 0
    private var workDone = 0.0
    private var lastDrawing: ContinuousClock.Instant?

    /// A bar at its beginning.
    ///
    /// - Parameters:
    ///   - count: The number of tasks.
    ///   - work: The sum of the tasks' work, in any unit: unequal tasks fill unequal parts of the bar.
    package init(count: Int, work: Double) {
        self.count = count
        self.work = work
        draw()
    }

    /// One more task is done.
    package mutating func advance(work: Double) {
        done += 1
        workDone += work
        let now = ContinuousClock.now
        if let lastDrawing, now - lastDrawing < .milliseconds(50), done < count { return }
        lastDrawing = now
        draw()
    }

    /// Takes the bar away.
    package func finish() {
        if Terminal.showsProgress { Terminal.replaceLine(with: "") }
    }

    private func draw() {
        guard Terminal.showsProgress else { return }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        Terminal.replaceLine(with: line(seconds: seconds, width: Terminal.width))
    }

    /// The bar's line after so many seconds.
    package func line(seconds: Double, width: Int) -> String {
        let fraction = work > 0 ? min(workDone / work, 1) : 1
        let digits = "\(count)".count
        var text = " \(Format.right("\(done)", digits))/\(count)"
        if done > 0, seconds > 0 {
            text += "  \(Format.fixed(Double(done) / seconds, 1)) tasks/s"
            // Rounded up: nobody believes in 0 seconds.
            let left = fraction > 0 ? (seconds * (1 - fraction) / fraction).rounded(.up) : .infinity
            text += "  \(Format.fixed(left, 0)) s left"
        }
        let cells = min(max(width - text.count - 2, 0), 40)
        // Eighths of a cell make the bar move smoothly.
        let eighths = Int(fraction * Double(cells * 8))
        let partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
        let filled = String(repeating: "█", count: eighths / 8) + partial
        return filled + String(repeating: "·", count: cells - filled.count) + text
    }
}
