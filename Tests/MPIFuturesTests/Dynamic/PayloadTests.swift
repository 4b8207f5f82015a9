// SPDX-License-Identifier: Apache-2.0
// Large inputs and outputs.

import Foundation
import Futures
import MPIFutures
import Testing

@Suite(.onePoolAtATime)
struct PayloadTests {
    @Test(.timeLimit(.minutes(3))) func echoes64Megabytes() async throws {
        try await withPool(workers: 2) { (pool: MPIExecutor) async throws in
            let numbers = (0..<8 << 20).map { Double($0) * 1.5 - 7 }
            let echo = try await pool.submit(numbers) { $0 }.value
            #expect(echo == numbers)
            // Small tasks pass meanwhile, and the next large one is as good.
            let again = await pool.submit(numbers) { $0.reversed() as [Double] }
            #expect(try await pool.submit(1) { $0 }.value == 1)
            #expect(try await again.value == numbers.reversed())
        }
    }

    /// How a payload travels.
    enum Way: String, CaseIterable, Sendable {
        case sockets, mpi
    }

    /// One way, 200 MB: each process holds the payload once.
    ///
    /// The bound is 1.6 payloads of peak memory for each process, from `VmHWM`, nothing subtracted: a process without any
    /// payload takes 20 to 60 MB.
    @Test(.timeLimit(.minutes(3)), arguments: Way.allCases, ["bytes in", "bytes out", "doubles in", "doubles out"])
    func holdsNoSecondCopy(way: Way, kind: String) async throws {
        try await carry(200_000_000, kind, way, peak: 1.6)
    }

    /// One way, 3 GB: opt in by `LARGE_TESTS=1`, on a machine with 8 GB free.
    @Test(
        .enabled(if: ProcessInfo.processInfo.environment["LARGE_TESTS"] == "1"), .timeLimit(.minutes(10)),
        arguments: Way.allCases, ["bytes in", "bytes out", "doubles in", "doubles out"])
    func carries3GigabytesWithinItsMemory(way: Way, kind: String) async throws {
        try await carry(3_000_000_000, kind, way, peak: 1.1)
    }

    /// Carries a payload, and holds the most memory that a process has used against so many payloads.
    private func carry(_ size: Int, _ kind: String, _ way: Way, peak: Double) async throws {
        let arguments = ["large"] + kind.split(separator: " ").map(String.init) + ["\(size)"]
        let line: String
        switch way {
        case .sockets:
            let program = try RunningProgram("PoolProgram", arguments)
            line = try #require(program.readLine())
            program.process.waitUntilExit()
        case .mpi:
            let job = try await MPIJob.run(ranks: 2, ["PoolProgram"] + arguments, limit: .seconds(150))
            line = try #require(job.lines.first, "\(job)")
        }
        let words = line.split(separator: " ").compactMap { Double($0) }
        try #require(words.count == 3)
        let (program, worker) = (words[1] / Double(size), words[2] / Double(size))
        print("\(size) bytes, \(kind), \(way): peak of the program \(program), of the worker \(worker) payloads")
        #expect(words[0] == 1)
        #expect(program <= peak)
        #expect(worker <= peak)
    }
}
