// SPDX-License-Identifier: Apache-2.0
// Lockstep programs of several ranks in one process.

import Futures
import Synchronization
import Testing

@testable import MPIFutures

/// An error that travels as itself.
struct LockstepTestError: Error, Codable, Equatable {
    var input: Int
}

@Suite(.timeLimit(.minutes(1)))
struct LockstepJobTests {
    /// The error of a future, in short.
    private static func code(_ future: Future<Int>) async -> ExecutorError.Code? {
        if case .failure(let error) = await future.result { return (error as? ExecutorError)?.code }
        return nil
    }

    private static func message(_ future: Future<Int>) async -> String {
        if case .failure(let error) = await future.result { return "\(error)" }
        return ""
    }

    @Test(arguments: 1...4) func ranksTakeTurns(size: Int) async throws {
        let found = try await LockstepRanks(size).run { _, pool in
            var futures: [Future<[Int]>] = []
            for i in 0..<9 { futures.append(await pool.submit(i) { [TaskContext.current?.worker ?? -1, $0 * $0] }) }
            var values: [[Int]] = []
            for future in futures { values.append(try await future.value) }
            return values
        }
        for values in found { #expect(values == (0..<9).map { [$0 % size, $0 * $0] }) }
    }

    @Test func valuesMayBeAskedForInAnyOrderAndPart() async throws {
        let found = try await LockstepRanks(3).run { rank, pool in
            var futures: [Future<Int>] = []
            for i in 0..<30 { futures.append(await pool.submit(i) { $0 + 1 }) }
            let asked = rank == 0 ? Array(0..<30) : rank == 1 ? Array((0..<30).reversed()) : [29, 3, 3]
            var values: [Int] = []
            for i in asked { values.append(try await futures[i].value) }
            return values
        }
        #expect(found == [Array(1...30), Array((1...30).reversed()), [30, 4, 4]])
    }

    @Test func everyRankGetsTheErrorThatOneThrew() async throws {
        let found = try await LockstepRanks(3).run { _, pool in
            var errors: [LockstepTestError?] = []
            for i in 0..<4 {
                let future = await pool.submit(i) { i -> Int in throw LockstepTestError(input: i) }
                if case .failure(let error) = await future.result { errors.append(error as? LockstepTestError) }
            }
            return errors
        }
        for errors in found { #expect(errors == (0..<4).map { LockstepTestError(input: $0) }) }
    }

    @Test func anotherInputIsEverybodysError() async throws {
        let found = try await LockstepRanks(3).run { rank, pool in
            let same = await pool.submit(1) { $0 }
            let other = await pool.submit(rank == 1 ? 5 : 2) { $0 }
            let (code, message) = (await Self.code(other), await Self.message(other))
            let later = await Self.code(await pool.submit(1) { $0 })
            _ = await same.result
            return (code, message, later)
        }
        for (code, message, later) in found {
            #expect(code == .divergence && later == .divergence)
            #expect(message.contains("submission 1") && message.contains("rank 1") && message.contains("input"))
        }
    }

    @Test func anotherTypeIsNamedOnBothSides() async throws {
        let found = try await LockstepRanks(2).run { rank, pool in
            let future =
                rank == 0
                ? await pool.submit(1) { $0 } : await pool.submit("x", options: TaskOptions(name: "text")) { $0.count }
            return await Self.message(future)
        }
        for message in found {
            #expect(message.contains("ClosureTask<Int, Int>") && message.contains("“text” (ClosureTask<String, Int>)"))
        }
    }

    @Test func anotherOrderIsAnError() async throws {
        let found = try await LockstepRanks(2).run { rank, pool in
            let names = rank == 0 ? ["a", "b"] : ["b", "a"]
            var futures: [Future<Int>] = []
            for name in names { futures.append(await pool.submit(1, options: TaskOptions(name: name)) { $0 }) }
            return await Self.code(futures[0])
        }
        #expect(found == [.divergence, .divergence])
    }

    @Test func aRankThatEndsEarlyIsNoticedAtOnce() async throws {
        let ranks = LockstepRanks(3, patience: .seconds(3600))
        let found = try await ranks.run { rank, pool in
            _ = try await pool.submit(0) { $0 }.value
            guard rank != 2 else {
                pool.endLockstep()
                return ExecutorError.Code.divergence as ExecutorError.Code?
            }
            return await Self.code(await pool.submit(1) { $0 })
        }
        #expect(found == [.divergence, .divergence, .divergence])
        #expect(ranks.jobs[2].failure == nil || ranks.jobs[2].failure?.code == .divergence)
    }

    @Test func aRankThatMakesNoStepIsOverdue() async throws {
        let found = try await LockstepRanks(2, patience: .milliseconds(200)).run { rank, pool in
            // The other rank is in its program, and submits nothing.
            rank == 0 ? await Self.message(await pool.submit(1) { $0 }) : ""
        }
        #expect(found[0].contains("rank 1") && found[0].contains("0.2 seconds") && found[0].contains("divergence"))
    }

    @Test func patienceIsForRanksAtWorkOnTheirOwn() async throws {
        let found = try await LockstepRanks(2, patience: .milliseconds(100)).run { rank, pool in
            _ = try await pool.submit(0) { $0 }.value
            try await pool.onRoot { try await Task.sleep(for: .milliseconds(600)) }
            return try await pool.submit(1) { $0 + rankless }.value
        }
        #expect(found == [1, 1])
    }

    @Test func aLongTaskIsNotOverdue() async throws {
        let found = try await LockstepRanks(2, patience: .milliseconds(100)).run { _, pool in
            try await pool.submit(1) { i in
                try await Task.sleep(for: .milliseconds(500))
                return i
            }.value
        }
        #expect(found == [1, 1])
    }

    @Test func loopsOverASetAgreeInOneProcess() async throws {
        let words = Set((0..<50).map { "w\($0)" })
        let found = try await LockstepRanks(2).run { _, pool in
            var total = 0
            for word in words { total += try await pool.submit(word) { $0.utf8.count }.value }
            return total
        }
        #expect(found == [140, 140])
    }

    @Test func concurrentSubmissionAgreesOrFailsEverywhere() async throws {
        let found = try await LockstepRanks(2).run { _, pool in
            await withTaskGroup(of: ExecutorError.Code?.self) { group in
                for i in 0..<30 { group.addTask { await Self.code(await pool.submit(i) { $0 }) } }
                var codes: Set<ExecutorError.Code> = []
                for await code in group { if let code { codes.insert(code) } }
                return codes
            }
        }
        for codes in found { #expect(codes.isEmpty || codes == [.divergence]) }
        #expect(found[0].isEmpty == found[1].isEmpty)
    }

    @Test func largeOutcomesComeToAll() async throws {
        let found = try await LockstepRanks(3).run { _, pool in
            let future = await pool.submit(2_000_000) { Array(repeating: 1.25, count: $0) }
            return try await future.value.reduce(0, +)
        }
        #expect(found == [2_500_000, 2_500_000, 2_500_000])
    }

    @Test func theOwnersDeadlineIsEverybodys() async throws {
        let found = try await LockstepRanks(2).run { _, pool in
            let options = TaskOptions(deadline: .milliseconds(50))
            let late = await pool.submit(0, options: options) { i in
                try await Task.sleep(for: .seconds(50))
                return i
            }
            let codes = [await Self.code(late)]
            // The rank whose task was given up goes on with others.
            _ = try await pool.submit(0) { $0 }.value
            _ = try await pool.submit(0) { $0 }.value
            return codes
        }
        #expect(found == [[.deadlineExceeded], [.deadlineExceeded]])
    }

    @Test func questionsAreAnsweredByTheFirstRank() async throws {
        let ranks = LockstepRanks(3)
        let found = try await withThrowingTaskGroup(of: Int.self) { group in
            for (rank, job) in ranks.jobs.enumerated() {
                group.addTask {
                    try await job.decide("who is first") {
                        #expect(rank == 0, "only one rank is to find the answer")
                        return 10 + rank
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(found == [10, 10, 10])
    }

    @Test func otherQuestionsAreADivergence() async throws {
        let ranks = LockstepRanks(2)
        let found = await withTaskGroup(of: ExecutorError.Code?.self) { group in
            for (rank, job) in ranks.jobs.enumerated() {
                group.addTask {
                    do {
                        _ = try await job.decide("question \(rank)") { 1 }
                        return nil
                    } catch {
                        return (error as? ExecutorError)?.code
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(found == [.divergence, .divergence])
    }

    @Test func cancellingIsRefused() async throws {
        let found = try await LockstepRanks(2).run { _, pool in
            let future = await pool.submit(3) { $0 }
            future.cancel()
            return (future.cancellationRefusal?.code, try await future.value)
        }
        for (code, value) in found {
            #expect(code == .unsupported)
            #expect(value == 3)
        }
    }

    @Test func aTaskMaySubmitNothing() async throws {
        let backends = LockstepRanks(1)
        let found = try await backends.run { _, pool in
            Nested.pool.withLock { $0 = pool }
            let future = await pool.submit(1) { i in
                guard let pool = Nested.pool.withLock({ $0 }) else { return i }
                return try await pool.submit(i) { $0 }.value
            }
            return await Self.code(future)
        }
        Nested.pool.withLock { $0 = nil }
        #expect(found == [.nestedSubmission])
    }

    @Test func shutdownWaitsForAllAndIsCompared() async throws {
        let found = try await LockstepRanks(2).run { rank, pool in
            let first = await pool.submit(1) { i in
                try await Task.sleep(for: .milliseconds(50))
                return i
            }
            await pool.shutdown()
            let refused = await Self.code(await pool.submit(2) { $0 })
            return [try await first.value == 1 ? nil : ExecutorError.Code.timedOut, refused]
        }
        #expect(found == [[nil, .shutDown], [nil, .shutDown]])
    }

    @Test func randomStreamsAreThoseOfTheLocalExecutor() async throws {
        let draws: @Sendable (any FutureExecutor) async throws -> [UInt64] = { executor in
            var values: [UInt64] = []
            for i in 0..<4 {
                values.append(
                    try await executor.submit(i) { _ in
                        var random = RandomStream(seed: 0, stream: 0)
                        if let context = TaskContext.current { random = context.random }
                        return random.next()
                    }.value)
            }
            return values
        }
        let found = try await LockstepRanks(3, seed: 5).run { _, pool in try await draws(pool) }
        let expected = try await draws(LocalExecutor(seed: 5))
        for values in found { #expect(values == expected) }
    }

    @Test func thousandsOfTasksLeaveNothingBehind() async throws {
        let ranks = LockstepRanks(2)
        let found = try await ranks.run { _, pool in
            var sum = 0
            for round in 0..<4 {
                var futures: [Future<Int>] = []
                for i in 0..<500 { futures.append(await pool.submit(i + round) { $0 }) }
                for future in futures { sum += try await future.value }
            }
            return sum
        }
        #expect(found == [502_000, 502_000])
        for job in ranks.jobs { #expect(job.state.withLock { $0.open.isEmpty && $0.tally.isEmpty }) }
    }
}

/// A closure that captures nothing can use this.
private let rankless = 0

/// How a task of this process gets at its own executor.
private enum Nested {
    static let pool = Mutex<MPIExecutor?>(nil)
}
