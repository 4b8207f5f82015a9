// SPDX-License-Identifier: Apache-2.0
// Gather and all-gather.

extension Communicator {
    /// Collects the ranks' elements at the root, in the order of the ranks (MPI 3.1 §5.5).
    ///
    /// Collective over the communicator.
    ///
    /// - Parameters:
    ///   - values: this rank's elements; the same count on all ranks.
    ///   - result: written at the root, where it has `size` times that count; not looked at elsewhere.
    ///   - root: the rank that gets the elements.
    public func gather<Element: MPIRepresentable>(
        _ values: Span<Element>, into result: inout MutableSpan<Element>, root: Int = 0
    ) throws(MPIError) {
        let operation = try Operation("gather", on: self, peer: root)
        if rank == root {
            try operation.requireCount(result.count, values.count * size, "the result", "the values of all ranks")
        }
        try gather(values, into: &result, isReceiver: rank == root, root: root, operation)
    }

    /// Collects one value of each rank at the root.
    ///
    /// Collective over the communicator.
    ///
    /// - Returns: the values in the order of the ranks at the root, `nil` elsewhere.
    public func gather<Element: MPIRepresentable>(_ value: Element, root: Int = 0) throws(MPIError) -> [Element]? {
        try gather([value], isReceiver: rank == root, root: root, Operation("gather", on: self, peer: root))
    }

    /// Collects the ranks' arrays at the root, one after the other.
    ///
    /// Collective over the communicator; the same count on all ranks.
    ///
    /// - Returns: the elements in the order of the ranks at the root, `nil` elsewhere.
    public func gather<Element: MPIRepresentable>(
        _ values: [Element], root: Int = 0
    ) throws(MPIError) -> [Element]? {
        try gather(values, isReceiver: rank == root, root: root, Operation("gather", on: self, peer: root))
    }

    /// Collects the ranks' arrays, of whatever lengths, at the root.
    ///
    /// Collective over the communicator.
    ///
    /// - Returns: one array for each rank at the root, `nil` elsewhere.
    public func gather<Element: MPIRepresentable>(
        varying values: [Element], root: Int = 0
    ) throws(MPIError) -> [[Element]]? {
        let operation = try Operation("gather", on: self, peer: root)
        try operation.requireRank(root, "the root")
        return try gather(varying: values, root: root, operation)
    }

    /// Collects the ranks' elements on all ranks, in the order of the ranks (MPI 3.1 §5.7).
    ///
    /// Collective over the communicator.
    ///
    /// - Parameters:
    ///   - values: this rank's elements; the same count on all ranks.
    ///   - result: has `size` times that count.
    public func allGather<Element: MPIRepresentable>(
        _ values: Span<Element>, into result: inout MutableSpan<Element>
    ) throws(MPIError) {
        let operation = try Operation("allGather", on: self)
        try operation.requireCount(result.count, values.count * size, "the result", "the values of all ranks")
        try gather(values, into: &result, isReceiver: true, root: nil, operation)
    }

    /// Collects one value of each rank on all ranks, in the order of the ranks.
    ///
    /// Collective over the communicator.
    public func allGather<Element: MPIRepresentable>(_ value: Element) throws(MPIError) -> [Element] {
        try gather([value], isReceiver: true, root: nil, Operation("allGather", on: self)) ?? []
    }

    /// Collects the ranks' arrays on all ranks, one after the other.
    ///
    /// Collective over the communicator; the same count on all ranks.
    public func allGather<Element: MPIRepresentable>(_ values: [Element]) throws(MPIError) -> [Element] {
        try gather(values, isReceiver: true, root: nil, Operation("allGather", on: self)) ?? []
    }

    /// Collects the ranks' arrays, of whatever lengths, on all ranks: one array for each.
    ///
    /// Collective over the communicator.
    public func allGather<Element: MPIRepresentable>(varying values: [Element]) throws(MPIError) -> [[Element]] {
        try gather(varying: values, root: nil, Operation("allGather", on: self)) ?? []
    }
}

extension Communicator {
    private func gather<Element: MPIRepresentable>(
        _ values: Span<Element>, into result: inout MutableSpan<Element>, isReceiver: Bool, root: Int?,
        _ operation: Operation
    ) throws(MPIError) {
        try result.withUnsafeMutableBytes { (resultBytes) throws(MPIError) in
            try values.withUnsafeBytes { (bytes) throws(MPIError) in
                try gatherBytes(bytes, into: isReceiver ? resultBytes : nil, root: root, operation)
            }
        }
    }

    private func gather<Element: MPIRepresentable>(
        _ values: [Element], isReceiver: Bool, root: Int?, _ operation: Operation
    ) throws(MPIError) -> [Element]? {
        let result = try [Element].filled(count: isReceiver ? values.count * size : 0) { (target) throws(MPIError) in
            try values.span.withUnsafeBytes { (bytes) throws(MPIError) in
                try gatherBytes(bytes, into: isReceiver ? target : nil, root: root, operation)
            }
        }
        return isReceiver ? result : nil
    }

    /// Collects arrays of different lengths, at the root or (`nil`) on all ranks; `nil` where nothing is received.
    func gather<Element: MPIRepresentable>(
        varying values: [Element], root: Int?, _ operation: Operation
    ) throws(MPIError) -> [[Element]]? {
        let counts = try shareWithAll(values.count, operation)
        let isReceiver = root == nil || root == rank
        let stride = MemoryLayout<Element>.stride
        let joined = try [Element].filled(
            count: isReceiver ? counts.reduce(0, +) : 0
        ) { (target) throws(MPIError) in
            try values.span.withUnsafeBytes { (bytes) throws(MPIError) in
                try gatherBytes(
                    bytes, counts: counts.map { $0 * stride }, into: isReceiver ? target : nil, root: root, operation)
            }
        }
        return isReceiver ? joined.parts(counts) : nil
    }
}

extension Array {
    /// Cuts the array into parts of the given counts.
    func parts(_ counts: [Int]) -> [[Element]] {
        var start = 0
        return counts.map { count in
            defer { start += count }
            return Array(self[start..<start + count])
        }
    }
}
