// SPDX-License-Identifier: Apache-2.0
// Others than workers at a pool's socket.

import Foundation
import Futures
import Testing

@testable import MPIFutures

@Suite(.onePoolAtATime, .timeLimit(.minutes(2)))
struct StrangerTests {
    /// What a worker of the pool would say, changed in one way.
    private func hello(_ pool: MPIExecutor, _ change: (inout Hello) -> Void = { _ in }) throws -> Frame {
        var hello = Hello(
            role: .worker, secret: pool.pool.secret.bytes, image: .current, job: 0, rank: 0, pid: getpid(), host: "x")
        change(&hello)
        return Frame(kind: .hello, body: try BinaryEncoder().encode(hello))
    }

    /// What the pool says to somebody before it hangs up.
    private func answer(_ pool: MPIExecutor, _ bytes: [UInt8]) throws -> String {
        let connection = try #require(RawConnection(try pool.socket))
        connection.send(bytes)
        let received = try #require(connection.readToEnd(), "the pool does not hang up")
        var frames: [Frame] = []
        var parser = FrameParser()
        try parser.parse(received, into: &frames)
        #expect(frames.allSatisfy { $0.kind == .refused })
        return frames.map { String(decoding: $0.body, as: UTF8.self) }.joined()
    }

    @Test func areRefusedAndHarmNothing() async throws {
        let pool = try await MPIExecutor(workers: 1)
        let worker = try await pool.submit(0) { _ in getpid() }.value
        var random = SeededRandom(seed: 1)

        // Garbage gets no answer, and neither does somebody who leaves at once.
        #expect(try answer(pool, random.bytes(1000)) == "")
        #expect(try answer(pool, Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)) == "")
        _ = RawConnection(try pool.socket)
        // Somebody who claims a lot, and somebody who says nothing, stay while the pool works.
        let claimant = try #require(RawConnection(try pool.socket))
        claimant.send(Array(Frame(kind: .hello, prefix: [], body: Array(repeating: 0, count: 99)).bytes.prefix(30)))
        let silent = try #require(RawConnection(try pool.socket))

        let wrongSecret = try hello(pool) { $0.secret = Secret().bytes }
        #expect(try answer(pool, wrongSecret.bytes).contains("the hello does not carry this pool's secret"))
        let noSecret = try hello(pool) { $0.secret = [] }
        #expect(try answer(pool, noSecret.bytes).contains("the hello does not carry this pool's secret"))
        // What follows a wrong hello is not looked at.
        let started = WorkerReport.answered(TaskID(0), .encoded(EncodedPayload()), microseconds: nil).frame
        #expect(try answer(pool, wrongSecret.bytes + started.bytes).contains("secret"))
        #expect(try answer(pool, Frame(kind: .leave).bytes).contains("the first message was no hello"))
        #expect(try answer(pool, Frame(kind: .hello, body: random.bytes(80)).bytes) != "")

        // Those who know the secret, but are not the workers that the pool waits for.
        let version = try hello(pool) { $0.version = 99 }
        #expect(try answer(pool, version.bytes).contains("the worker speaks protocol 99, the program 1"))
        let image = try hello(pool) { $0.image = ImageIdentity(high: 1, low: 2) }
        #expect(try answer(pool, image.bytes).contains("the executable was replaced while the program ran"))
        let job = try hello(pool) { $0.job = 7 }
        #expect(try answer(pool, job.bytes).contains("job 7 has no place for rank 0"))
        #expect(try answer(pool, hello(pool).bytes).contains("has it already"))
        for rank in [1, -1, .max] {
            let worker = try hello(pool) { $0.rank = rank }
            #expect(try answer(pool, worker.bytes).contains("job 0 has no place for rank \(rank)"))
            let guardian = try hello(pool) {
                $0.role = .guardian
                $0.rank = rank
            }
            #expect(try answer(pool, guardian.bytes).contains("expects no guardian of rank \(rank)"))
        }

        #expect(try await pool.submit(0) { _ in getpid() }.value == worker)
        #expect(try await pool.submit(3, ranks: 1) { input, _ in input }.value == 3)
        silent.send([])
        claimant.send([])
        let socket = try pool.socket
        await pool.shutdown()
        #expect(RawConnection(socket) == nil)
    }
}

extension MPIExecutor {
    /// The path of the pool's socket, where there is one.
    fileprivate nonisolated var socket: String {
        get throws { try #require(pool.directory?.socket) }
    }
}
