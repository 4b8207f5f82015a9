// SPDX-License-Identifier: Apache-2.0
// Reductions to one rank and to all ranks.

extension Communicator {
    /// Combines the ranks' elements, and gives the result to the root (MPI 3.1 §5.9.1).
    ///
    /// Collective over the communicator.
    ///
    /// - Parameters:
    ///   - values: this rank's elements; the same count on all ranks.
    ///   - result: written at the root, where it must have the same count; not looked at elsewhere, where it may be
    ///     empty.
    ///   - reduction: how elements are combined.
    ///   - root: the rank that gets the result.
    public func reduce<Element: MPIRepresentable>(
        _ values: Span<Element>, into result: inout MutableSpan<Element>, _ reduction: Reduction<Element>,
        root: Int = 0
    ) throws(MPIError) {
        let operation = try Operation("reduce", on: self, peer: root)
        try operation.requireRank(root, "the root")
        if rank == root { try operation.requireCount(result.count, values.count, "the result", "the values") }
        try reduce(values, into: &result, isReceiver: rank == root, reduction, .root(root), operation)
    }

    /// Combines the ranks' elements at the root.
    ///
    /// Collective over the communicator; the same count on all ranks.
    ///
    /// - Returns: the result at the root, `nil` elsewhere.
    public func reduce<Element: MPIRepresentable>(
        _ values: [Element], _ reduction: Reduction<Element>, root: Int = 0
    ) throws(MPIError) -> [Element]? {
        let operation = try Operation("reduce", on: self, peer: root)
        try operation.requireRank(root, "the root")
        return try reduce(values, isReceiver: rank == root, reduction, .root(root), operation)
    }

    /// Combines one value of each rank at the root.
    ///
    /// Collective over the communicator.
    ///
    /// - Returns: the result at the root, `nil` elsewhere.
    public func reduce<Element: MPIRepresentable>(
        _ value: Element, _ reduction: Reduction<Element>, root: Int = 0
    ) throws(MPIError) -> Element? {
        let operation = try Operation("reduce", on: self, peer: root)
        try operation.requireRank(root, "the root")
        let result = try reduce(value, reduction, .root(root), operation)
        return rank == root ? result : nil
    }

    /// Combines the ranks' elements, and gives the result to all (MPI 3.1 §5.9.6).
    ///
    /// Collective over the communicator.
    ///
    /// - Parameters:
    ///   - values: this rank's elements; the same count on all ranks.
    ///   - result: the result; the same count as `values`.
    ///   - reduction: how elements are combined.
    public func allReduce<Element: MPIRepresentable>(
        _ values: Span<Element>, into result: inout MutableSpan<Element>, _ reduction: Reduction<Element>
    ) throws(MPIError) {
        let operation = try Operation("allReduce", on: self)
        try operation.requireCount(result.count, values.count, "the result", "the values")
        try reduce(values, into: &result, isReceiver: true, reduction, .all, operation)
    }

    /// Combines the ranks' elements in place.
    ///
    /// Collective over the communicator; the same count on all ranks.
    public func allReduce<Element: MPIRepresentable>(
        _ buffer: inout MutableSpan<Element>, _ reduction: Reduction<Element>
    ) throws(MPIError) {
        let operation = try Operation("allReduce", on: self)
        let datatype = try operation.datatype(for: reduction)
        // Safe although source and target are the same: each block is read before, and written after, its reduction.
        try buffer.withUnsafeMutableBytes { (bytes) throws(MPIError) in
            try reduceBytes(UnsafeRawBufferPointer(bytes), into: bytes, datatype, reduction.operation, .all, operation)
        }
    }

    /// Combines the ranks' arrays, element by element.
    ///
    /// Collective over the communicator; the same count on all ranks.
    public func allReduce<Element: MPIRepresentable>(
        _ values: [Element], _ reduction: Reduction<Element>
    ) throws(MPIError) -> [Element] {
        let operation = try Operation("allReduce", on: self)
        return try reduce(values, isReceiver: true, reduction, .all, operation) ?? []
    }

    /// Combines one value of each rank.
    ///
    /// Collective over the communicator.
    public func allReduce<Element: MPIRepresentable>(
        _ value: Element, _ reduction: Reduction<Element>
    ) throws(MPIError) -> Element {
        try reduce(value, reduction, .all, Operation("allReduce", on: self))
    }
}

extension Communicator {
    /// A reduction of one value; the value that comes back is only meaningful on ranks that get a result.
    func reduce<Element: MPIRepresentable>(
        _ value: Element, _ reduction: Reduction<Element>, _ target: ReductionTarget, _ operation: Operation
    ) throws(MPIError) -> Element {
        let datatype = try operation.datatype(for: reduction)
        var value = value
        try withUnsafeMutableBytes(of: &value) { (bytes) throws(MPIError) in
            try reduceBytes(
                UnsafeRawBufferPointer(bytes), into: bytes, datatype, reduction.operation, target, operation)
        }
        return value
    }

    /// A reduction of arrays; `nil` on ranks that get no result.
    func reduce<Element: MPIRepresentable>(
        _ values: [Element], isReceiver: Bool, _ reduction: Reduction<Element>, _ target: ReductionTarget,
        _ operation: Operation
    ) throws(MPIError) -> [Element]? {
        var result = isReceiver ? values : []
        var span = result.mutableSpan
        try reduce(values.span, into: &span, isReceiver: isReceiver, reduction, target, operation)
        return isReceiver ? result : nil
    }

    private func reduce<Element: MPIRepresentable>(
        _ values: Span<Element>, into result: inout MutableSpan<Element>, isReceiver: Bool,
        _ reduction: Reduction<Element>, _ target: ReductionTarget, _ operation: Operation
    ) throws(MPIError) {
        let datatype = try operation.datatype(for: reduction)
        try result.withUnsafeMutableBytes { (resultBytes) throws(MPIError) in
            try values.withUnsafeBytes { (bytes) throws(MPIError) in
                try reduceBytes(
                    bytes, into: isReceiver ? resultBytes : nil, datatype, reduction.operation, target, operation)
            }
        }
    }
}

extension Operation {
    /// How MPI computes with the elements of a reduction.
    ///
    /// - Throws: ``MPIError/Code/unsupportedReduction`` where it can't.
    func datatype<Element>(for reduction: Reduction<Element>) throws(MPIError) -> Datatype {
        let datatype = Element.datatype
        guard !datatype.isOpaque else {
            throw error(
                .unsupportedReduction,
                "\(Element.self) is plain bytes to MPI. Say what it is made of in 'static var datatype', or gather "
                    + "and combine")
        }
        guard datatype.byteCount == MemoryLayout<Element>.stride else {
            throw error(
                .unsupportedReduction,
                "\(Element.self).datatype has \(datatype.byteCount) bytes, but a value takes "
                    + "\(MemoryLayout<Element>.stride)")
        }
        guard datatype.laneCount == 1 || reduction.worksLaneByLane else {
            throw error(
                .unsupportedReduction,
                "only sums work on the \(datatype.laneCount) lanes of \(Element.self). Gather and combine")
        }
        return datatype
    }

    /// Throws unless two counts are equal.
    func requireCount(_ count: Int, _ expected: Int, _ what: StaticString, _ like: StaticString) throws(MPIError) {
        guard count != expected else { return }
        throw error(.invalidArgument, "\(what) has room for \(count) elements, but \(like) need \(expected)")
    }
}
