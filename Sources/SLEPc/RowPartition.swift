// SPDX-License-Identifier: Apache-2.0
// Who owns which rows.

/// Rows split over ranks in contiguous blocks, as even as can be; the first ranks have one more.
///
/// The same layout as PETSc's own (`PETSC_DECIDE`). Ranks may own no row.
package struct RowPartition: Sendable, Hashable {
    /// The number of rows.
    package let dimension: Int
    /// The number of ranks.
    package let size: Int

    /// Splits rows over ranks.
    package init(dimension: Int, size: Int) {
        precondition(dimension >= 0 && size > 0, "dimension \(dimension) over \(size) ranks")
        self.dimension = dimension
        self.size = size
    }

    /// The first row of a rank; for `size` the dimension.
    package func start(of rank: Int) -> Int {
        rank * (dimension / size) + min(rank, dimension % size)
    }

    /// The rows of a rank.
    package func rows(of rank: Int) -> Range<Int> {
        start(of: rank)..<start(of: rank + 1)
    }
}
