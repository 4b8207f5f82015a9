// SPDX-License-Identifier: Apache-2.0
// The scale of one direction of a plot.

import ExampleSupport
import Foundation

/// A range of values, drawn over a range of places.
struct Axis {
    let label: String
    /// The values at both ends.
    let values: ClosedRange<Double>
    /// Where the lower and the upper end are drawn; they descend where the axis points up.
    let places: (lower: Double, upper: Double)

    /// Where a value is drawn.
    func place(_ value: Double) -> Double {
        let fraction = (value - values.lowerBound) / (values.upperBound - values.lowerBound)
        return places.lower + fraction * (places.upper - places.lower)
    }

    /// Round values inside the range, four to nine of them.
    var ticks: [Double] {
        let step = self.step
        let first = Int((values.lowerBound / step - 1e-9).rounded(.up))
        let last = Int((values.upperBound / step + 1e-9).rounded(.down))
        return (first...max(first, last)).map { Double($0) * step }
    }

    /// A value at a tick as text, with as many decimals as the ticks need.
    func text(_ tick: Double) -> String {
        let text = Format.fixed(tick, max(0, Int(-log10(step).rounded(.down))))
        return text.hasPrefix("-") ? "−" + text.dropFirst() : text
    }

    /// 1, 2 or 5 times a power of ten.
    private var step: Double {
        let rough = (values.upperBound - values.lowerBound) / 8
        let power = pow(10, log10(rough).rounded(.down))
        return [1, 2, 5].map { $0 * power }.first { $0 >= rough } ?? 10 * power
    }
}
