// SPDX-License-Identifier: Apache-2.0
// Handshakes over TCP on the loopback interface.

import Foundation
import Futures
import Synchronization
import Testing

@testable import MPIFutures

@Suite(.timeLimit(.minutes(1))) struct TCPListenerTests {
    /// A listener, and who got through to it.
    private final class Gate: Sendable {
        let secret = Secret()
        let listener: TCPListener
        private let known = Known()

        /// The descriptors of those who have proven that they know the secret.
        final class Known: Sendable {
            let descriptors = Mutex<[Int32]>([])
        }

        init() throws {
            let known = known
            listener = try TCPListener(address: "127.0.0.1", secret: secret) { descriptor in
                known.descriptors.withLock { $0.append(descriptor) }
            }
        }

        var count: Int { known.descriptors.withLock { $0.count } }

        var port: UInt16 {
            guard case .network(_, let port) = listener.address else { return 0 }
            return port
        }

        func close() {
            listener.close()
            for descriptor in known.descriptors.withLock({ $0 }) { SocketLoop.shared.remove(descriptor) }
        }

        /// A connection that has said nothing yet.
        func connect() throws -> Int32 { try TCPSocket.connect(to: "127.0.0.1", port: port, limit: 10) }
    }

    private static func receive(_ descriptor: Int32, _ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let received = recv(descriptor, &bytes, count, Int32(MSG_WAITALL))
        return Array(bytes.prefix(max(0, received)))
    }

    private static func send(_ descriptor: Int32, _ bytes: [UInt8]) {
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    @Test func bothKnowTheSecret() async throws {
        let gate = try Gate()
        let descriptor = try gate.listener.address.connect(gate.secret)
        #expect(try await eventually(within: .seconds(5)) { gate.count == 1 })
        close(descriptor)
        gate.close()
    }

    @Test func strangersAreTurnedAway() async throws {
        let gate = try Gate()
        let error = #expect(throws: ExecutorError.self) { try gate.listener.address.connect(Secret()) }
        #expect(error?.code == .protocolViolation)

        let silent = try gate.connect()
        let hasty = try gate.connect()
        close(hasty)
        let loud = try gate.connect()
        #expect(Self.receive(loud, Challenge.openingSize).prefix(8) == Challenge.greeting[...])
        Self.send(loud, Array(repeating: 7, count: Challenge.responseSize))
        #expect(Self.receive(loud, 1) == [], "it gets no answer, and the connection ends")
        #expect(gate.count == 0)

        // The one who says nothing is ended in time.
        gate.listener.expire(after: .seconds(3600))
        #expect(Self.receive(silent, Challenge.openingSize).count == Challenge.openingSize)
        gate.listener.expire(after: .zero)
        #expect(Self.receive(silent, 1) == [])
        for descriptor in [silent, loud] { close(descriptor) }
        gate.close()
    }

    @Test func noAnswerCanBeUsedAgain() async throws {
        let gate = try Gate()
        let first = try gate.connect()
        let opening = Self.receive(first, Challenge.openingSize)
        let challenge = Challenge(pool: Array(opening.dropFirst(8)), worker: Challenge.nonce())
        let response = challenge.worker + challenge.proof(of: .worker, gate.secret)
        Self.send(first, response)
        #expect(Self.receive(first, SHA256.size) == challenge.proof(of: .pool, gate.secret))
        let second = try gate.connect()
        #expect(Self.receive(second, Challenge.openingSize).count == Challenge.openingSize)
        Self.send(second, response)
        #expect(Self.receive(second, 1) == [])
        #expect(try await eventually(within: .seconds(5)) { gate.count == 1 })
        for descriptor in [first, second] { close(descriptor) }
        gate.close()
    }

    @Test func theAnswerMayComeInPieces() async throws {
        let gate = try Gate()
        let descriptor = try gate.connect()
        let opening = Self.receive(descriptor, Challenge.openingSize)
        let challenge = Challenge(pool: Array(opening.dropFirst(8)), worker: Challenge.nonce())
        for byte in challenge.worker + challenge.proof(of: .worker, gate.secret) { Self.send(descriptor, [byte]) }
        #expect(Self.receive(descriptor, SHA256.size) == challenge.proof(of: .pool, gate.secret))
        close(descriptor)
        gate.close()
    }

    /// Somebody who listens where the pool did, and does not know the secret.
    @Test(arguments: ["", "MPIFUT01", "HTTP/1.1 400 Bad Request\r\n\r\n and more of it, up to forty bytes and beyond"])
    func falsePoolsAreFound(answer: String) async throws {
        let (listener, port) = try TCPSocket.listen(at: "127.0.0.1")
        let secret = Secret()
        async let outcome = Task.detached { () -> ExecutorError? in
            do throws(ExecutorError) {
                close(try PoolAddress.network(host: "127.0.0.1", port: port).connect(secret))
                return nil
            } catch {
                return error
            }
        }.value
        var accepted: Int32?
        #expect(
            try await eventually(within: .seconds(5)) {
                accepted = TCPSocket.accept(listener)
                return accepted != nil
            })
        let descriptor = try #require(accepted)
        Self.send(descriptor, Array(answer.utf8))
        if answer == "MPIFUT01" { Self.send(descriptor, Challenge.nonce() + Array(repeating: 0, count: SHA256.size)) }
        shutdown(descriptor, Int32(SHUT_WR))
        #expect(await outcome?.code == .protocolViolation)
        close(descriptor)
        close(listener)
    }

    @Test func nobodyListens() throws {
        let (listener, port) = try TCPSocket.listen(at: "127.0.0.1")
        close(listener)
        let error = #expect(throws: ExecutorError.self) {
            try PoolAddress.network(host: "127.0.0.1", port: port).connect(Secret())
        }
        #expect(error?.code == .launchFailed)
        #expect(error?.message == "the pool at 127.0.0.1, port \(port), does not answer: Connection refused")
    }

    @Test(arguments: [
        PoolAddress.local(path: "/tmp/x/pool"), .network(host: "10.0.0.1", port: 4711),
        .network(host: "fe80::1%eth0", port: 1), .local(path: "tcp:/x"),
    ])
    func addressesAreWrittenAndRead(address: PoolAddress) {
        #expect(PoolAddress(address.description) == address)
    }
}
