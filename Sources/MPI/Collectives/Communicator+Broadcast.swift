// SPDX-License-Identifier: Apache-2.0
// Barrier and broadcast.

internal import CMPI

extension Communicator {
    /// Waits until all ranks have come here (MPI 3.1 §5.12).
    ///
    /// Collective over the communicator.
    public func barrier() throws(MPIError) {
        let operation = try Operation("barrier", on: self)
        try Staging().perform(operation, byteCount: 0) { request in CMPI_ibarrier(handle, &request) }
    }

    /// Copies the root's elements into the buffers of all ranks (MPI 3.1 §5.12.2).
    ///
    /// Collective over the communicator.
    ///
    /// - Parameters:
    ///   - buffer: the elements at the root; overwritten elsewhere. The same count on all ranks.
    ///   - root: the rank whose elements are copied.
    public func broadcast<Element: MPIRepresentable>(
        _ buffer: inout MutableSpan<Element>, root: Int = 0
    ) throws(MPIError) {
        let operation = try Operation("broadcast", on: self, peer: root)
        try buffer.withUnsafeMutableBytes { (bytes) throws(MPIError) in
            try broadcastBytes(bytes, root: root, operation)
        }
    }

    /// Gives the root's value to all ranks.
    ///
    /// Collective over the communicator.
    ///
    /// - Parameters:
    ///   - value: what is copied at the root; not looked at elsewhere.
    ///   - root: the rank whose value is copied.
    /// - Returns: the root's value.
    public func broadcast<Element: MPIRepresentable>(_ value: Element, root: Int = 0) throws(MPIError) -> Element {
        let operation = try Operation("broadcast", on: self, peer: root)
        var value = value
        try withUnsafeMutableBytes(of: &value) { (bytes) throws(MPIError) in
            try broadcastBytes(bytes, root: root, operation)
        }
        return value
    }

    /// Gives the root's array, of whatever length, to all ranks.
    ///
    /// Collective over the communicator.
    ///
    /// - Parameters:
    ///   - values: what is copied at the root; not looked at elsewhere, where it may be empty.
    ///   - root: the rank whose array is copied.
    /// - Returns: the root's array.
    public func broadcast<Element: MPIRepresentable>(
        _ values: [Element], root: Int = 0
    ) throws(MPIError) -> [Element] {
        let operation = try Operation("broadcast", on: self, peer: root)
        try operation.requireRank(root, "the root")
        let count = try shareFromRoot([values.count], root: root, operation)[0]
        return try [Element].filled(count: count) { (bytes) throws(MPIError) in
            if rank == root { values.withUnsafeBytes { bytes.copyMemory(from: $0) } }
            try broadcastBytes(bytes, root: root, operation)
        }
    }
}
