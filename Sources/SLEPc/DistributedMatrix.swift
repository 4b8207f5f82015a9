// SPDX-License-Identifier: Apache-2.0
// A sparse matrix whose rows are spread over the ranks of a communicator.

internal import CSLEPcSystem
package import MPI

/// A square sparse matrix (`MATAIJ`), each rank holding its block of rows.
package struct DistributedMatrix: ~Copyable {
    /// The `Mat`.
    let handle: OpaquePointer
    /// The ranks that hold it.
    package let communicator: Communicator
    /// Who owns which rows.
    package let partition: RowPartition

    /// This rank's rows in compressed form: its row i has the entries rowOffsets[i] ..< rowOffsets[i + 1].
    package struct LocalRows {
        let rowOffsets: [Int32]
        let columns: [Int32]
        let values: [Double]

        /// Rows of this rank; columns are global and ascend within a row.
        package init(rowOffsets: [Int32], columns: [Int32], values: [Double]) {
            self.rowOffsets = rowOffsets
            self.columns = columns
            self.values = values
        }
    }

    /// Assembles a matrix from each rank's rows for the time of a body.
    ///
    /// Collective.
    ///
    /// Storage is allocated to the exact size and filled in one pass (`MatMPIAIJSetPreallocationCSR`).
    ///
    /// - Parameters:
    ///   - partition: Who owns which rows.
    ///   - communicator: The ranks.
    ///   - rows: Gives this rank's rows; called once, and what it gives is let go of before the body runs.
    ///   - body: What the matrix is for.
    package static func with<Result>(
        partition: RowPartition, on communicator: Communicator, rows: () throws -> LocalRows,
        _ body: (borrowing DistributedMatrix) throws -> Result
    ) throws -> Result {
        let group = try communicator.rawHandle
        return try withHandle({ MatCreate(group, &$0) }, destroy: { MatDestroy(&$0) }) { matrix in
            let own = Int32(partition.rows(of: communicator.rank).count)
            let all = Int32(partition.dimension)
            try check(MatSetSizes(matrix, own, own, all, all))
            try check(MatSetType(matrix, MATAIJ))
            try fill(matrix, with: rows())
            return try body(DistributedMatrix(handle: matrix, communicator: communicator, partition: partition))
        }
    }

    private static func fill(_ matrix: OpaquePointer, with rows: LocalRows) throws {
        // Each of the two does nothing for the other's type.
        try check(MatSeqAIJSetPreallocationCSR(matrix, rows.rowOffsets, rows.columns, rows.values))
        try check(MatMPIAIJSetPreallocationCSR(matrix, rows.rowOffsets, rows.columns, rows.values))
    }

    /// Makes an empty set of vectors that fit this matrix, for the time of a body.
    ///
    /// Collective.
    package func withVectors<Result>(_ body: (VectorSet) throws -> Result) throws -> Result {
        try withHandle({ MatCreateVecs(handle, &$0, nil) }, destroy: { VecDestroy(&$0) }) { template in
            let set = VectorSet(template: template, partition: partition, communicator: communicator)
            let result: Result
            do {
                result = try body(set)
            } catch {
                // The body's error is the one to tell.
                try? set.removeAll()
                throw error
            }
            try set.removeAll()
            return result
        }
    }

    /// target ← A · source.
    ///
    /// Collective.
    package func multiply(_ source: VectorSet.Vector, into target: VectorSet.Vector) throws {
        try check(MatMult(handle, source.handle, target.handle))
    }
}
