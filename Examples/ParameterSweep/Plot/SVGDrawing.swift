// SPDX-License-Identifier: Apache-2.0
// Writes SVG elements.

import Foundation

/// A drawing in the making.
struct SVGDrawing {
    let width: Double
    let height: Double
    private var lines: [String] = []

    /// An empty drawing on white ground.
    init(width: Double, height: Double) {
        self.width = width
        self.height = height
        add("rect", ["width": number(width), "height": number(height), "fill": "#ffffff"])
    }

    /// A straight line.
    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ attributes: [String: String]) {
        let ends = ["x1": number(x1), "y1": number(y1), "x2": number(x2), "y2": number(y2)]
        add("line", attributes.merging(ends) { own, _ in own })
    }

    /// A rectangle.
    mutating func rectangle(
        _ x: Double, _ y: Double, width: Double, height: Double, _ attributes: [String: String]
    ) {
        let box = ["x": number(x), "y": number(y), "width": number(width), "height": number(height)]
        add("rect", attributes.merging(box) { own, _ in own })
    }

    /// A dot.
    mutating func circle(_ x: Double, _ y: Double, radius: Double, _ attributes: [String: String]) {
        let disc = ["cx": number(x), "cy": number(y), "r": number(radius)]
        add("circle", attributes.merging(disc) { own, _ in own })
    }

    /// A curve through points.
    mutating func curve(_ points: [(x: Double, y: Double)], _ attributes: [String: String]) {
        let path = points.enumerated().map { "\($0 == 0 ? "M" : "L")\(number($1.x)) \(number($1.y))" }.joined()
        add("path", attributes.merging(["d": path, "fill": "none"]) { own, _ in own })
    }

    /// Text, which may hold any character.
    mutating func text(_ text: String, _ x: Double, _ y: Double, _ attributes: [String: String] = [:]) {
        let place = ["x": number(x), "y": number(y)]
        add("text", attributes.merging(place) { own, _ in own }, content: Self.escaped(text))
    }

    /// Draws inside a rectangle only.
    mutating func clipped(
        _ name: String, x: Double, y: Double, width: Double, height: Double, _ body: (inout SVGDrawing) -> Void
    ) {
        lines.append("<clipPath id=\"\(name)\">")
        rectangle(x, y, width: width, height: height, [:])
        lines.append("</clipPath>")
        lines.append("<g clip-path=\"url(#\(name))\">")
        body(&self)
        lines.append("</g>")
    }

    /// The whole file.
    func file(title: String) -> String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(number(width)) \(number(height))" \
        width="\(number(width))" height="\(number(height))" \
        font-family="Helvetica, Arial, sans-serif" font-size="14" fill="#222222">
        <title>\(Self.escaped(title))</title>
        \(lines.joined(separator: "\n"))
        </svg>

        """
    }

    private mutating func add(_ element: String, _ attributes: [String: String], content: String? = nil) {
        // Sorted, so that the same plot is the same file.
        let text = attributes.sorted { $0.key < $1.key }.map { " \($0.key)=\"\(Self.escaped($0.value))\"" }.joined()
        lines.append(content.map { "<\(element)\(text)>\($0)</\(element)>" } ?? "<\(element)\(text)/>")
    }

    /// A hundredth of a unit is less than anyone can see.
    private func number(_ value: Double) -> String {
        let text = String(format: "%.2f", value)
        return text.hasSuffix(".00") ? String(text.dropLast(3)) : text
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}
