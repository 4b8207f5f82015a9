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

    /// One way, 3 GB: opt in by `MPIFUTURES_LARGE_TESTS=1`, on a machine with 16 GB free.
    ///
    /// The bound is 2.5 payloads of peak memory for each process, from `VmHWM`, nothing subtracted.
    @Test(
        .enabled(if: ProcessInfo.processInfo.environment["MPIFUTURES_LARGE_TESTS"] == "1"), .timeLimit(.minutes(10)),
        arguments: ["bytes", "doubles"], ["in", "out"])
    func carries3GigabytesWithinItsMemory(elements: String, direction: String) async throws {
        let size = 3_000_000_000
        let program = try RunningProgram("PoolProgram", ["large", elements, direction, "\(size)"])
        let words = try #require(program.readLine()).split(separator: " ").compactMap { Double($0) }
        program.process.waitUntilExit()
        try #require(words.count == 3)
        let (isRight, programPeak, workerPeak) = (words[0], words[1] / Double(size), words[2] / Double(size))
        print(
            "3 GB of \(elements), \(direction): peak of the program \(programPeak), of the worker \(workerPeak) payloads"
        )
        #expect(isRight == 1)
        #expect(programPeak <= 2.5)
        #expect(workerPeak <= 2.5)
    }
}
