// SPDX-License-Identifier: Apache-2.0
// Distributed vectors with one owner.

internal import CSLEPc
internal import CSLEPcSystem
internal import MPI

/// A growing set of distributed vectors with the rows of one matrix; they end with the scope that made the set.
package final class VectorSet {
    /// One vector of a set; valid as long as the set holds it.
    package struct Vector {
        /// The `Vec`.
        let handle: OpaquePointer
    }

    private let template: OpaquePointer
    private let partition: RowPartition
    private let communicator: Communicator
    private(set) var handles: [OpaquePointer?] = []

    init(template: OpaquePointer, partition: RowPartition, communicator: Communicator) {
        self.template = template
        self.partition = partition
        self.communicator = communicator
    }

    /// The number of vectors.
    package var count: Int { handles.count }

    /// A vector by its position.
    package subscript(index: Int) -> Vector {
        // Safe: only `add` puts handles in, and they are not nil.
        Vector(handle: handles[index]!)
    }

    /// Adds a vector of zeros and returns it.
    ///
    /// Collective.
    @discardableResult
    package func add() throws -> Vector {
        var handle: OpaquePointer?
        try check(VecDuplicate(template, &handle))
        handles.append(handle)
        return self[handles.count - 1]
    }

    /// Destroys the vectors from a position on.
    ///
    /// Collective.
    package func removeAll(from position: Int = 0) throws {
        while handles.count > position {
            var handle = handles.removeLast()
            try check(VecDestroy(&handle))
        }
    }

    /// Keeps the vectors at these positions, in this order, and destroys the others.
    ///
    /// Collective.
    package func keep(_ positions: [Int]) throws {
        let kept = positions.map { handles[$0] }
        var dropped = handles.indices.filter { !positions.contains($0) }.map { handles[$0] }
        handles = kept
        for index in dropped.indices { try check(VecDestroy(&dropped[index])) }
    }

    /// Replaces the vectors by those of another set, which is left with the old ones.
    package func swap(with other: VectorSet) {
        Swift.swap(&handles, &other.handles)
    }

    /// Fills a vector with numbers in -1 ..< 1 that depend on the seed and the row only, not on the number of ranks.
    package func fillRandomly(_ vector: Vector, seed: UInt64) throws {
        let rows = partition.rows(of: communicator.rank)
        var values: UnsafeMutablePointer<PetscScalar>?
        try check(VecGetArray(vector.handle, &values))
        if let values {
            for (index, row) in rows.enumerated() {
                values[index] = Self.uniform(seed: seed, row: UInt64(row))
            }
        }
        try check(VecRestoreArray(vector.handle, &values))
    }

    /// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) at position `row` of the sequence of `seed`.
    private static func uniform(seed: UInt64, row: UInt64) -> Double {
        var z = seed &+ (row &+ 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return Double(z >> 11) * 0x1p-52 - 1
    }

    /// The products of a vector with the first `count` vectors of this set.
    ///
    /// Collective.
    package func dots(with vector: Vector, first count: Int) throws -> [Double] {
        var result = [Double](repeating: 0, count: count)
        if count > 0 { try check(VecMDot(vector.handle, Int32(count), &handles, &result)) }
        return result
    }

    /// vector ← vector + Σ coefficients[i] · self[i], over the first vectors of this set.
    package func addCombination(_ coefficients: [Double], to vector: Vector) throws {
        if coefficients.isEmpty { return }
        try check(VecMAXPY(vector.handle, Int32(coefficients.count), coefficients, &handles))
    }

    /// The Euclidean norm of a vector.
    ///
    /// Collective.
    package func norm(_ vector: Vector) throws -> Double {
        var result = 0.0
        try check(VecNorm(vector.handle, NORM_2, &result))
        return result
    }

    /// vector ← factor · vector.
    package func scale(_ vector: Vector, by factor: Double) throws {
        try check(VecScale(vector.handle, factor))
    }

    /// target ← target + factor · source.
    package func add(_ factor: Double, _ source: Vector, to target: Vector) throws {
        try check(VecAXPY(target.handle, factor, source.handle))
    }

    /// The whole vectors on rank 0, one after the other (column-major); empty on the others.
    ///
    /// Collective.
    package func gatherOnRankZero() throws -> [Double] {
        var parts: [UnsafePointer<Double>?] = []
        for handle in handles {
            var part: UnsafePointer<PetscScalar>?
            try check(VecGetArrayRead(handle, &part))
            parts.append(part)
        }
        let starts = (0...communicator.size).map { Int32(partition.start(of: $0)) }
        let count = communicator.rank == 0 ? partition.dimension * handles.count : 0
        // PETSc's own duplicate of the communicator: what the user has sent and not yet received is on another.
        var group: MPI_Comm?
        try check(PetscObjectGetComm(template, &group))
        let whole = try [Double](unsafeUninitializedCapacity: count) { buffer, filled in
            try checkMPI(
                CSLEPc_gatherColumns(group, &parts, Int32(parts.count), starts, buffer.baseAddress))
            filled = count
        }
        for index in handles.indices { try check(VecRestoreArrayRead(handles[index], &parts[index])) }
        return whole
    }
}
