// SPDX-License-Identifier: Apache-2.0
// The size of a matrix.

/// The number of rows and columns of an operator.
public struct Shape: Codable, Sendable, Hashable, CustomStringConvertible {
    /// The number of rows.
    public let rows: Int
    /// The number of columns.
    public let columns: Int

    /// The shape of a matrix.
    public init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
    }

    /// The shape of a square matrix.
    public init(square dimension: Int) {
        self.init(rows: dimension, columns: dimension)
    }

    /// Rows × columns.
    public var description: String { "\(rows) × \(columns)" }
}
