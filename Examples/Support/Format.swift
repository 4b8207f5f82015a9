// SPDX-License-Identifier: Apache-2.0
// Numbers and columns as text.

import Foundation

/// Numbers as text.
package enum Format {
    /// A number with so many decimals.
    package static func fixed(_ value: Double, _ decimals: Int) -> String {
        String(format: "%.\(decimals)f", value)
    }

    /// A number as powers of ten, with so many decimals.
    package static func scientific(_ value: Double, _ decimals: Int) -> String {
        String(format: "%.\(decimals)e", value)
    }

    /// Text at the right end of a column.
    package static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}

/// Rows of text in aligned columns.
package struct TextTable {
    private let header: [String]
    private var rows: [[String]] = []

    /// A table with the titles of its columns.
    package init(_ header: String...) {
        self.header = header
    }

    /// Adds a row with one text for each column.
    package mutating func append(_ row: String...) {
        precondition(row.count == header.count, "\(row.count) texts for \(header.count) columns")
        rows.append(row)
    }

    /// The first column begins, the others end where their longest text does.
    package func text() -> String {
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        let lines = ([header] + rows).map { row in
            row.indices.map { column in
                column == 0
                    ? row[0] + String(repeating: " ", count: widths[0] - row[0].count)
                    : Format.right(row[column], widths[column])
            }.joined(separator: "   ")
        }
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "───")
        return ([lines[0], rule] + lines.dropFirst()).joined(separator: "\n")
    }
}
