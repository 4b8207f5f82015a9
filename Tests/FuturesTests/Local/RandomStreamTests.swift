// SPDX-License-Identifier: Apache-2.0
// Random numbers of tasks: the same wherever and however they run.

import Futures
import Testing

struct Draw: Codable, Equatable {
    var first: UInt64
    var second: UInt64

    /// The first two numbers of the task that runs.
    init() {
        var random = TaskContext.current?.random
        first = random?.next() ?? 0
        second = random?.next() ?? 0
    }
}

@Suite(.timeLimit(.minutes(1)))
struct RandomStreamTests {
    /// What 60 items draw.
    private func draws(_ executor: LocalExecutor, chunk: Int?) async throws -> [Draw] {
        var draws: [Draw] = []
        for try await draw in executor.map(0..<60, chunk: chunk, { _ in Draw() }) { draws.append(draw) }
        return draws
    }

    @Test(arguments: [1, 2, 4], [nil, 1, 7, 60, 100])
    func dependOnNeitherConcurrencyNorChunking(concurrency: Int, chunk: Int?) async throws {
        let reference = try await draws(LocalExecutor(concurrency: 1, seed: 5), chunk: 1)
        #expect(Set(reference.map(\.first)).count == 60)
        for rehearses in [false, true] {
            let executor = LocalExecutor(concurrency: concurrency, rehearses: rehearses, seed: 5)
            #expect(try await draws(executor, chunk: chunk) == reference)
        }
    }

    @Test(arguments: [nil, 1, 7, 60])
    func ofALaterSubmissionDoNotDependOnTheChunkingOfAnEarlierOne(chunk: Int?) async throws {
        let executor = LocalExecutor(concurrency: 2, seed: 5)
        let first = try await draws(executor, chunk: chunk)
        let single = try await executor.submit { Draw() }.value
        let second = try await draws(executor, chunk: chunk)
        let reference = LocalExecutor(concurrency: 1, seed: 5)
        #expect(try await draws(reference, chunk: 3) == first)
        #expect(try await reference.submit { Draw() }.value == single)
        #expect(try await draws(reference, chunk: 3) == second)
        #expect(first != second)
    }

    @Test func ofTheItemsOfAMapBelongToOneSubmission() async throws {
        let executor = LocalExecutor(concurrency: 2)
        _ = try await executor.submit(1) { $0 }.value
        for try await number in executor.map(0..<20, chunk: 3, { _ in TaskContext.current?.submission }) {
            #expect(number == 1)
        }
        #expect(try await executor.submit { TaskContext.current?.submission }.value == 2)
    }

    @Test func followTheSeed() async throws {
        let five = try await draws(LocalExecutor(concurrency: 1, seed: 5), chunk: nil)
        let six = try await draws(LocalExecutor(concurrency: 1, seed: 6), chunk: nil)
        #expect(!zip(five, six).contains { $0 == $1 })
    }

    @Test func beginAnewAtEachCall() async throws {
        let executor = LocalExecutor(concurrency: 1)
        #expect(try await executor.submit { Draw() == Draw() }.value)
    }

    /// Reference: xoshiro256** after SplitMix64, computed independently from the published algorithms (64-bit wrap-around).
    @Test func areThoseOfTheReference() {
        var random = RandomStream(seed: 1, stream: 2, item: 3)
        #expect([random.next(), random.next(), random.next()] == Self.reference)
    }

    private static let reference: [UInt64] = [
        0x740DDCCDA2DD6D03, 0xDD861246B0DD6B46, 0xB0774A6B20210E20,
    ]
}
