// SPDX-License-Identifier: Apache-2.0
// Prefix reductions.

extension Communicator {
    /// Combines the values of the ranks 0 to this one (MPI 3.1 §5.11.1).
    ///
    /// Collective over the communicator.
    public func scan<Element: MPIRepresentable>(
        _ value: Element, _ reduction: Reduction<Element>
    ) throws(MPIError) -> Element {
        try reduce(value, reduction, .prefix, Operation("scan", on: self))
    }

    /// Combines the arrays of the ranks 0 to this one, element by element.
    ///
    /// Collective over the communicator; the same count on all ranks.
    public func scan<Element: MPIRepresentable>(
        _ values: [Element], _ reduction: Reduction<Element>
    ) throws(MPIError) -> [Element] {
        let operation = try Operation("scan", on: self)
        return try reduce(values, isReceiver: true, reduction, .prefix, operation) ?? []
    }

    /// Combines the values of the ranks before this one (MPI 3.1 §5.11.2).
    ///
    /// Collective over the communicator.
    ///
    /// - Returns: `nil` on rank 0, which has none before it.
    public func exclusiveScan<Element: MPIRepresentable>(
        _ value: Element, _ reduction: Reduction<Element>
    ) throws(MPIError) -> Element? {
        let result = try reduce(value, reduction, .exclusivePrefix, Operation("exclusiveScan", on: self))
        return rank == 0 ? nil : result
    }

    /// Combines the arrays of the ranks before this one, element by element.
    ///
    /// Collective over the communicator; the same count on all ranks.
    ///
    /// - Returns: `nil` on rank 0, which has none before it.
    public func exclusiveScan<Element: MPIRepresentable>(
        _ values: [Element], _ reduction: Reduction<Element>
    ) throws(MPIError) -> [Element]? {
        let operation = try Operation("exclusiveScan", on: self)
        return try reduce(values, isReceiver: rank != 0, reduction, .exclusivePrefix, operation)
    }
}
