// SPDX-License-Identifier: Apache-2.0
// One pair of axes with points and a curve.

/// Points with error bars of several series, and a curve behind them.
struct Panel {
    /// Points of one kind.
    struct Series {
        let color: String
        let points: [(x: Double, y: Estimate)]
    }

    let title: String
    let x: Axis
    let y: Axis
    let curve: [(x: Double, y: Double)]
    let series: [Series]
    /// A value of x that is marked, and its name.
    let mark: (value: Double, name: String)

    private var left: Double { x.places.lower }
    private var right: Double { x.places.upper }
    private var top: Double { y.places.upper }
    private var bottom: Double { y.places.lower }

    /// Draws the panel; `name` must be different for each panel of a drawing.
    func draw(in drawing: inout SVGDrawing, name: String) {
        drawGrid(in: &drawing)
        drawing.clipped(name, x: left, y: top, width: right - left, height: bottom - top) { drawing in
            let marked = x.place(mark.value)
            drawing.line(marked, top, marked, bottom, ["stroke": "#888888", "stroke-dasharray": "5 4"])
            drawing.curve(
                curve.map { (x.place($0.x), y.place($0.y)) }, ["stroke": "#222222", "stroke-width": "1.6"])
            for series in series.reversed() { draw(series, in: &drawing) }
        }
        drawing.text(mark.name, x.place(mark.value) + 6, top + 16, ["fill": "#666666", "font-style": "italic"])
        drawing.rectangle(
            left, top, width: right - left, height: bottom - top, ["fill": "none", "stroke": "#222222"])
        drawing.text(title, (left + right) / 2, top - 14, ["text-anchor": "middle", "font-weight": "bold"])
        drawing.text(x.label, (left + right) / 2, bottom + 44, ["text-anchor": "middle"])
    }

    private func drawGrid(in drawing: inout SVGDrawing) {
        for tick in x.ticks {
            let place = x.place(tick)
            drawing.line(place, bottom, place, top, ["stroke": "#eeeeee"])
            drawing.line(place, bottom, place, bottom - 5, ["stroke": "#222222"])
            drawing.text(x.text(tick), place, bottom + 20, ["text-anchor": "middle"])
        }
        for tick in y.ticks {
            let place = y.place(tick)
            drawing.line(left, place, right, place, ["stroke": "#eeeeee"])
            drawing.line(left, place, left + 5, place, ["stroke": "#222222"])
            drawing.text(y.text(tick), left - 8, place + 5, ["text-anchor": "end"])
        }
    }

    private func draw(_ series: Series, in drawing: inout SVGDrawing) {
        for point in series.points {
            let place = x.place(point.x)
            let (low, high) = (y.place(point.y.value - point.y.error), y.place(point.y.value + point.y.error))
            drawing.line(place, low, place, high, ["stroke": series.color, "stroke-width": "1.4"])
            for end in [low, high] {
                drawing.line(place - 3, end, place + 3, end, ["stroke": series.color, "stroke-width": "1.4"])
            }
            drawing.circle(
                place, y.place(point.y.value), radius: 3.2, ["fill": series.color, "stroke": "#ffffff"])
        }
    }
}
