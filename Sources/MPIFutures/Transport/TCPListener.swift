// SPDX-License-Identifier: Apache-2.0
// The pool's end of connections from other hosts, until it is known who is there.

import Foundation
import Futures
import Synchronization

/// Listens on the network, and hands out the connections of those who know the pool's secret.
final class TCPListener: SocketHandler {
    /// How many may be in the middle of their handshake; who comes then is turned away.
    private static let mostStrangers = 4096

    /// Where it listens.
    let address: PoolAddress
    private let descriptor: Int32
    private let secret: Secret
    private let accepted: @Sendable (Int32) -> Void
    private let greetings = Mutex<[ObjectIdentifier: TCPGreeting]>([:])

    /// Listens at an address of this machine; `accepted` is called on the loop's thread and owns the descriptor.
    init(
        address: String, secret: Secret, accepted: @escaping @Sendable (Int32) -> Void
    ) throws(ExecutorError) {
        let (descriptor, port) = try TCPSocket.listen(at: address)
        self.descriptor = descriptor
        self.address = .network(host: address, port: port)
        self.secret = secret
        self.accepted = accepted
        SocketLoop.shared.add(descriptor, self)
    }

    func readable() {
        expire(after: .seconds(PoolAddress.handshakeLimit))
        while let connection = TCPSocket.accept(descriptor) {
            let greeting = TCPGreeting(connection, secret) { [weak self] greeting, isKnown in
                guard let self else { return SocketLoop.shared.remove(connection) }
                greetings.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(greeting)) }
                // Handing it out replaces its handler, in the middle of which this is.
                if isKnown { accepted(connection) } else { SocketLoop.shared.remove(connection) }
            }
            let isWelcome = greetings.withLock { greetings in
                guard greetings.count < Self.mostStrangers else { return false }
                greetings[ObjectIdentifier(greeting)] = greeting
                return true
            }
            if isWelcome { greeting.start() } else { Glibc.close(connection) }
        }
    }

    func writable() {}

    /// Ends the handshakes that have begun longer ago than they may take.
    func expire(after limit: Duration) {
        for greeting in greetings.withLock({ Array($0.values) }) where greeting.age > limit { greeting.close() }
    }

    /// Stops listening.
    func close() {
        SocketLoop.shared.remove(descriptor)
        for greeting in greetings.withLock({ Array($0.values) }) { greeting.close() }
    }
}

/// The pool's part in one handshake; see ``Challenge``.
final class TCPGreeting: SocketHandler {
    private struct State {
        var received: [UInt8] = []
        var hasEnded = false
    }

    private let descriptor: Int32
    private let secret: Secret
    private let nonce = Challenge.nonce()
    private let begin = ContinuousClock.now
    private let state = Mutex(State())
    private let ended: @Sendable (TCPGreeting, _ isKnown: Bool) -> Void

    /// Begins a handshake; `ended` is called once, on the loop's thread.
    init(_ descriptor: Int32, _ secret: Secret, ended: @escaping @Sendable (TCPGreeting, _ isKnown: Bool) -> Void) {
        self.descriptor = descriptor
        self.secret = secret
        self.ended = ended
    }

    /// How long ago it began.
    var age: Duration { ContinuousClock.now - begin }

    /// Sends the challenge and listens; on the loop's thread.
    func start() {
        TCPSocket.serve(descriptor)
        SocketLoop.shared.add(descriptor, self)
        if !send(Challenge.greeting + nonce) { close() }
    }

    func readable() {
        let isKnown = state.withLock { state -> Bool? in
            guard !state.hasEnded else { return nil }
            // No byte more than the answer: what follows it are frames.
            var buffer = [UInt8](repeating: 0, count: Challenge.responseSize - state.received.count)
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count < 0 && (errno == EAGAIN || errno == EINTR) { return nil }
            if count > 0 {
                state.received += buffer[..<count]
                guard state.received.count == Challenge.responseSize else { return nil }
            }
            state.hasEnded = true
            return count > 0 && answer(state.received)
        }
        if let isKnown { ended(self, isKnown) }
    }

    func writable() {}

    /// Ends the connection, which the loop then sees.
    func close() {
        state.withLock { state in
            // Once it has ended the descriptor is somebody else's.
            if !state.hasEnded { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    /// Checks the worker's proof and sends the pool's.
    private func answer(_ response: [UInt8]) -> Bool {
        let challenge = Challenge(pool: nonce, worker: Array(response.prefix(Challenge.nonceSize)))
        guard challenge.isProof(response.dropFirst(Challenge.nonceSize), of: .worker, secret) else { return false }
        return send(challenge.proof(of: .pool, secret))
    }

    /// Sends a few bytes, for which a fresh connection has room.
    private func send(_ bytes: [UInt8]) -> Bool {
        Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }
}
