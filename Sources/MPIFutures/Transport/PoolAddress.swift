// SPDX-License-Identifier: Apache-2.0
// Where a pool listens.

import Foundation
import Futures

/// The address that a pool gives to its workers.
enum PoolAddress: Sendable, Equatable, CustomStringConvertible {
    /// A socket in the file system of this host.
    case local(path: String)
    /// A port of this host, for workers on other hosts.
    case network(host: String, port: UInt16)

    /// How long a handshake may take, in seconds.
    static let handshakeLimit = 20
    private static let scheme = "tcp://"

    /// Reads what ``description`` wrote; anything else is a path.
    init(_ text: String) {
        if text.hasPrefix(Self.scheme), let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        {
            self = .network(host: String(text.dropFirst(Self.scheme.count)[..<colon]), port: port)
        } else {
            self = .local(path: text)
        }
    }

    /// The address for an environment variable.
    var description: String {
        switch self {
        case .local(let path): path
        case .network(let host, let port): "\(Self.scheme)\(host):\(port)"
        }
    }

    /// Whether both ends prove with each connection that they know the secret, without sending it.
    var isNetwork: Bool {
        if case .network = self { return true }
        return false
    }

    /// Connects; the descriptor does not block afterwards.
    ///
    /// On the network, whoever answers has proven to know the secret before this returns.
    func connect(_ secret: Secret) throws(ExecutorError) -> Int32 {
        switch self {
        case .local(let path): return try UnixSocket.connect(to: path)
        case .network(let host, let port):
            let descriptor = try TCPSocket.connect(to: host, port: port, limit: Self.handshakeLimit)
            guard Self.meet(descriptor, secret) else {
                close(descriptor)
                throw ExecutorError(
                    .protocolViolation, "who listens at \(self) is not the pool that started this worker")
            }
            TCPSocket.serve(descriptor)
            return descriptor
        }
    }

    /// The worker's part in the handshake; see ``Challenge``.
    private static func meet(_ descriptor: Int32, _ secret: Secret) -> Bool {
        guard let opening = receive(descriptor, Challenge.openingSize), opening.starts(with: Challenge.greeting) else {
            return false
        }
        let challenge = Challenge(
            pool: Array(opening.dropFirst(Challenge.greeting.count)), worker: Challenge.nonce())
        let response = challenge.worker + challenge.proof(of: .worker, secret)
        guard send(descriptor, response, response.count, Int32(MSG_NOSIGNAL)) == response.count,
            let proof = receive(descriptor, SHA256.size)
        else { return false }
        return challenge.isProof(proof, of: .pool, secret)
    }

    private static func receive(_ descriptor: Int32, _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return recv(descriptor, &bytes, count, Int32(MSG_WAITALL)) == count ? bytes : nil
    }
}
