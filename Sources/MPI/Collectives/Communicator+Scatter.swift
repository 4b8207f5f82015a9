// SPDX-License-Identifier: Apache-2.0
// Scatter and all-to-all.

extension Communicator {
    /// Gives each rank its part of the root's elements (MPI 3.1 §5.6).
    ///
    /// Collective over the communicator.
    ///
    /// - Parameters:
    ///   - values: at the root, `size` times as many elements as `result` has room for; not looked at elsewhere.
    ///   - result: gets part r on rank r; the same count on all ranks.
    ///   - root: the rank that has the elements.
    public func scatter<Element: MPIRepresentable>(
        _ values: Span<Element>, into result: inout MutableSpan<Element>, root: Int = 0
    ) throws(MPIError) {
        let operation = try Operation("scatter", on: self, peer: root)
        if rank == root {
            try operation.requireCount(result.count * size, values.count, "the results of all ranks", "the values")
        }
        try result.withUnsafeMutableBytes { (resultBytes) throws(MPIError) in
            try values.withUnsafeBytes { (bytes) throws(MPIError) in
                try scatterBytes(rank == root ? bytes : nil, into: resultBytes, root: root, operation)
            }
        }
    }

    /// Gives each rank an equal part of the root's array.
    ///
    /// Collective over the communicator.
    ///
    /// - Parameters:
    ///   - values: at the root, a multiple of `size` elements; not looked at elsewhere, where it may be empty.
    ///   - root: the rank that has the array.
    /// - Returns: part r on rank r.
    /// - Throws: ``MPIError/Code/invalidArgument`` on all ranks where the count is not a multiple of `size`.
    public func scatter<Element: MPIRepresentable>(
        _ values: [Element], root: Int = 0
    ) throws(MPIError) -> [Element] {
        let operation = try Operation("scatter", on: self, peer: root)
        try operation.requireRank(root, "the root")
        let total = try shareFromRoot([values.count], root: root, operation)[0]
        guard total.isMultiple(of: size) else {
            throw operation.error(
                .invalidArgument, "the root has \(total) elements, which cannot be dealt out evenly to \(size) ranks")
        }
        return try [Element].filled(count: total / size) { (target) throws(MPIError) in
            try values.span.withUnsafeBytes { (bytes) throws(MPIError) in
                try scatterBytes(rank == root ? bytes : nil, into: target, root: root, operation)
            }
        }
    }

    /// Gives each rank its array of the root's.
    ///
    /// Collective over the communicator.
    ///
    /// - Parameters:
    ///   - parts: at the root, one array for each rank; not looked at elsewhere, where it may be empty.
    ///   - root: the rank that has the arrays.
    /// - Returns: array r on rank r.
    /// - Throws: ``MPIError/Code/invalidArgument`` on all ranks where the root has not one array for each rank.
    public func scatter<Element: MPIRepresentable>(
        varying parts: [[Element]], root: Int = 0
    ) throws(MPIError) -> [Element] {
        let operation = try Operation("scatter", on: self, peer: root)
        try operation.requireRank(root, "the root")
        var counts = [Int](repeating: -1, count: size)
        if rank == root, parts.count == size { counts = parts.map(\.count) }
        counts = try shareFromRoot(counts, root: root, operation)
        guard !counts.contains(-1) else {
            throw operation.error(.invalidArgument, "the root needs one array for each of the \(size) ranks")
        }
        let stride = MemoryLayout<Element>.stride
        let joined = rank == root ? Array(parts.joined()) : []
        return try [Element].filled(count: counts[rank]) { (target) throws(MPIError) in
            try joined.span.withUnsafeBytes { (bytes) throws(MPIError) in
                try scatterBytes(
                    rank == root ? bytes : nil, counts: counts.map { $0 * stride }, into: target, root: root,
                    operation)
            }
        }
    }

    /// Sends part r of each rank's elements to rank r (MPI 3.1 §5.8).
    ///
    /// Collective over the communicator.
    ///
    /// - Parameters:
    ///   - values: a multiple of `size` elements; the same count on all ranks.
    ///   - result: gets rank r's part at place r; the same count as `values`.
    public func allToAll<Element: MPIRepresentable>(
        _ values: Span<Element>, into result: inout MutableSpan<Element>
    ) throws(MPIError) {
        let operation = try Operation("allToAll", on: self)
        try operation.requireEvenParts(values.count)
        try operation.requireCount(result.count, values.count, "the result", "the values")
        try result.withUnsafeMutableBytes { (resultBytes) throws(MPIError) in
            try values.withUnsafeBytes { (bytes) throws(MPIError) in
                try allToAllBytes(bytes, into: resultBytes, operation)
            }
        }
    }

    /// Sends part r of each rank's array to rank r; the parts that come lie in the order of the ranks.
    ///
    /// Collective over the communicator; the same count, a multiple of `size`, on all ranks.
    public func allToAll<Element: MPIRepresentable>(_ values: [Element]) throws(MPIError) -> [Element] {
        let operation = try Operation("allToAll", on: self)
        try operation.requireEvenParts(values.count)
        return try [Element].filled(count: values.count) { (target) throws(MPIError) in
            try values.span.withUnsafeBytes { (bytes) throws(MPIError) in
                try allToAllBytes(bytes, into: target, operation)
            }
        }
    }

    /// Sends array r of each rank to rank r.
    ///
    /// Collective over the communicator.
    ///
    /// - Parameter parts: one array, of whatever length, for each rank.
    /// - Returns: one array from each rank.
    public func allToAll<Element: MPIRepresentable>(varying parts: [[Element]]) throws(MPIError) -> [[Element]] {
        let operation = try Operation("allToAll", on: self)
        try operation.requireCount(parts.count, size, "the list of arrays", "the ranks")
        let table = try gather(varying: parts.map(\.count), root: nil, operation) ?? []
        let stride = MemoryLayout<Element>.stride
        let incoming = table.map { $0[rank] }
        let largest = table.joined().max() ?? 0
        let outgoing = Array(parts.joined())
        let joined = try [Element].filled(count: incoming.reduce(0, +)) { (target) throws(MPIError) in
            try outgoing.span.withUnsafeBytes { (bytes) throws(MPIError) in
                try allToAllBytes(
                    bytes, sendCounts: parts.map { $0.count * stride }, into: target,
                    receiveCounts: incoming.map { $0 * stride }, largestPart: largest * stride, operation)
            }
        }
        return joined.parts(incoming)
    }
}

extension Operation {
    /// Throws unless a count can be dealt out evenly to the ranks.
    fileprivate func requireEvenParts(_ count: Int) throws(MPIError) {
        guard !count.isMultiple(of: communicator.size) else { return }
        throw error(
            .invalidArgument, "\(count) elements cannot be dealt out evenly to \(communicator.size) ranks")
    }
}
