// SPDX-License-Identifier: Apache-2.0
// The error that everything in this library throws.

/// What went wrong in an MPI operation, and where.
///
/// The value can travel between processes (`Codable`), so a worker's error arrives with the rank that it happened on.
public struct MPIError: Error, Sendable, Hashable, Codable {
    /// The kind of failure: compare with the static members of ``Code``.
    public let code: Code
    /// What happened, and what to do about it.
    public let message: String
    /// The operation that failed, for example `allReduce`.
    public let operation: String?
    /// The name of the communicator that the operation worked on.
    public let communicator: String?
    /// The rank of this process in that communicator.
    public let rank: Int?
    /// The other rank of a point-to-point operation, or the root of a collective one.
    public let peer: Int?
    /// The tag of a point-to-point operation.
    public let tag: Int?
    /// The MPI library's own words (`MPI_Error_string`), where the error came from there.
    public let libraryText: String?

    /// Makes an error that does not stem from the MPI library.
    public init(
        _ code: Code, _ message: String, operation: String? = nil, communicator: String? = nil, rank: Int? = nil,
        peer: Int? = nil, tag: Int? = nil, libraryText: String? = nil
    ) {
        self.code = code
        self.message = message
        self.operation = operation
        self.communicator = communicator
        self.rank = rank
        self.peer = peer
        self.tag = tag
        self.libraryText = libraryText
    }
}

extension MPIError: CustomStringConvertible {
    /// Code, place, message and the MPI library's words on one line.
    public var description: String {
        var place: [String] = []
        if let operation { place.append(operation) }
        if let communicator { place.append("on communicator '\(communicator)'") }
        if let rank { place.append("rank \(rank)") }
        if let peer { place.append("peer or root \(peer)") }
        if let tag { place.append("tag \(tag)") }
        let head = place.isEmpty ? "\(code)" : "\(code) (\(place.joined(separator: ", ")))"
        guard let libraryText else { return "\(head): \(message)" }
        return "\(head): \(message) [MPI says: \(libraryText)]"
    }
}
