// SPDX-License-Identifier: Apache-2.0
// The plot of a sweep.

/// Magnetisation, energy and heat capacity against temperature, beside the exact curves.
struct SweepPlot {
    let points: [SweepResult.Point]
    let plan: SweepPlan

    private static let size = (width: 1240.0, height: 460.0)
    private static let panelWidth = 330.0
    private static let colors = ["#0072b2", "#d55e00", "#009e73"]

    /// The plot as an SVG file.
    func svg() -> String {
        var drawing = SVGDrawing(width: Self.size.width, height: Self.size.height)
        let panels = [
            panel(0, "Magnetisation |m|", 0...1.05, ExactIsing.magnetisation, \.magnetisation),
            panel(1, "Energy per spin", -2.05...(-0.5), ExactIsing.energy, \.energy),
            panel(2, "Heat capacity per spin", 0...heatCapacityLimit, ExactIsing.heatCapacity, \.heatCapacity),
        ]
        for (index, panel) in panels.enumerated() { panel.draw(in: &drawing, name: "panel\(index)") }
        drawLegend(in: &drawing)
        return drawing.file(title: "The Ising model on square lattices")
    }

    /// The exact curve has no upper end; the plot has one above all points.
    private var heatCapacityLimit: Double {
        let highest = points.map { $0.heatCapacity.value + $0.heatCapacity.error }.max() ?? 0
        return max(2, (highest * 1.1 * 2).rounded(.up) / 2)
    }

    private func panel(
        _ index: Int, _ title: String, _ range: ClosedRange<Double>, _ exact: (Double) -> Double,
        _ observable: KeyPath<SweepResult.Point, Estimate>
    ) -> Panel {
        let left = 56 + Double(index) * (Self.panelWidth + 72)
        let temperatures = SweepPlan.temperatureRange
        let margin = 0.05
        let shown = temperatures.lowerBound - margin...temperatures.upperBound + margin
        return Panel(
            title: title,
            x: Axis(label: "Temperature T", values: shown, places: (left, left + Self.panelWidth)),
            y: Axis(label: title, values: range, places: (Self.size.height - 60, 84)),
            curve: Self.curve(exact, over: shown, limit: range.upperBound * 2 + 1),
            series: zip(SweepPlan.sizes, Self.colors).map { size, color in
                Panel.Series(
                    color: color,
                    points: points.filter { $0.size == size }.map { ($0.temperature, $0[keyPath: observable]) })
            },
            mark: (ExactIsing.criticalTemperature, "T\u{1D04}"))
    }

    /// Points of a curve, close together where it bends: near the critical temperature.
    private static func curve(
        _ function: (Double) -> Double, over range: ClosedRange<Double>, limit: Double
    ) -> [(x: Double, y: Double)] {
        let critical = ExactIsing.criticalTemperature
        // Cubes of evenly spaced numbers lie close together around zero.
        let below = (0...150).reversed().map { critical - (critical - range.lowerBound) * Self.cube($0) }
        let above = (0...150).map { critical + (range.upperBound - critical) * Self.cube($0) }
        return (below + above).map { (x: $0, y: min(function($0), limit)) }
    }

    private static func cube(_ step: Int) -> Double {
        let fraction = Double(step) / 150
        return fraction * fraction * fraction
    }

    private func drawLegend(in drawing: inout SVGDrawing) {
        let y = 30.0
        var x = 56.0
        drawing.line(x, y - 5, x + 28, y - 5, ["stroke": "#222222", "stroke-width": "1.6"])
        drawing.text("infinite lattice, exact (Onsager, Yang)", x + 36, y)
        x += 320
        for (size, color) in zip(SweepPlan.sizes, Self.colors) {
            drawing.circle(x, y - 5, radius: 4, ["fill": color])
            drawing.text("\(size) × \(size) spins", x + 12, y)
            x += 130
        }
        drawing.text(
            "\(points.count * SweepPlan.repetitions) simulations; bars are one standard error",
            Self.size.width - 34, y, ["text-anchor": "end", "fill": "#666666"])
    }
}
