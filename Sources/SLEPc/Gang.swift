// SPDX-License-Identifier: Apache-2.0
// The ranks that solve together, and how they agree.

internal import CSLEPc

/// The ranks of one communicator, as the synchronous solver code sees them.
///
/// Everything here blocks and belongs on the process's MPI thread.
package struct Gang {
    /// The `MPI_Comm`.
    package let handle: OpaquePointer
    /// This process's rank.
    package let rank: Int
    /// The number of ranks.
    package let size: Int

    /// The gang of a communicator (an `MPI_Comm`).
    ///
    /// Local.
    package init(_ communicator: OpaquePointer) throws(PETScError) {
        var rank: Int32 = 0
        var size: Int32 = 0
        try Self.checkMPI(CSLEPc_rankAndSize(communicator, &rank, &size))
        handle = communicator
        self.rank = Int(rank)
        self.size = Int(size)
    }

    /// Runs a local body on every rank and goes on only where it succeeded on all of them.
    ///
    /// Collective.
    ///
    /// - Throws: On a rank whose body threw: that error. On the others: ``PeerError`` with the text of the lowest
    ///   rank that failed. So all ranks leave, and none waits for one that left.
    package func agree<Result>(_ body: () throws -> Result) throws -> Result {
        let outcome = Swift.Result { try body() }
        var failed = false
        if case .failure = outcome { failed = true }
        var lowest: Int32 = -1
        try Self.checkMPI(CSLEPc_lowestFailing(handle, failed ? 1 : 0, &lowest))
        if lowest < 0 { return try outcome.get() }
        var text = ""
        if case .failure(let error) = outcome { text = String(describing: error) }
        text = try broadcast(text, from: Int(lowest))
        if case .failure(let error) = outcome { throw error }
        throw PeerError(rank: Int(lowest), text: text)
    }

    /// Whether any rank says yes.
    ///
    /// Collective.
    package func any(_ answer: Bool) throws(PETScError) -> Bool {
        var lowest: Int32 = -1
        try Self.checkMPI(CSLEPc_lowestFailing(handle, answer ? 1 : 0, &lowest))
        return lowest >= 0
    }

    /// The maximum of each number over all ranks.
    ///
    /// Collective.
    package func maximum(_ values: [Double]) throws(PETScError) -> [Double] {
        var result = values
        try Self.checkMPI(CSLEPc_maximum(handle, &result, Int32(result.count)))
        return result
    }

    /// The numbers of a rank, on all ranks; the count must be the same everywhere.
    ///
    /// Collective.
    package func broadcast(_ values: [Double], from root: Int) throws(PETScError) -> [Double] {
        var result = values
        let byteCount = Int32(result.count * MemoryLayout<Double>.stride)
        try Self.checkMPI(CSLEPc_broadcast(handle, Int32(root), &result, byteCount))
        return result
    }

    private func broadcast(_ text: String, from root: Int) throws(PETScError) -> String {
        var bytes = Array(text.utf8.prefix(4096))
        var count = Int32(bytes.count)
        try Self.checkMPI(CSLEPc_broadcast(handle, Int32(root), &count, Int32(MemoryLayout<Int32>.size)))
        if rank != root { bytes = [UInt8](repeating: 0, count: Int(count)) }
        try Self.checkMPI(CSLEPc_broadcast(handle, Int32(root), &bytes, count))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Throws when an MPI call returned an error.
    static func checkMPI(_ code: Int32) throws(PETScError) {
        if code != 0 { throw PETScError(code: code, message: "an MPI call returned error \(code)") }
    }
}

/// What the other ranks of a gang throw when one of them could not do its part.
package struct PeerError: Error, Sendable, CustomStringConvertible {
    /// The lowest rank that failed.
    package let rank: Int
    /// Its error, as text.
    package let text: String

    /// The rank and its error.
    package var description: String { "rank \(rank) failed: \(text)" }
}
