// SPDX-License-Identifier: Apache-2.0
// Cases in which all ranks do the same.

import Foundation
import Futures
import MPIFutures
import Synchronization

/// What every executor can do, and what is particular to lockstep, on ranks that agree.
enum AgreementCases {
    static let all: [(String, Cases.Body)] = [
        ("round robin", roundRobin), ("any order", anyOrder), ("subsets", subsets), ("thrown error", thrownError),
        ("maps", maps), ("random streams", randomStreams), ("loop over a set", loopOverSet), ("large", large),
        ("deadline", deadline), ("cancel", cancel), ("nested", nested), ("questions", questions),
        ("progress", progress), ("many", many), ("shutdown", shutdown), ("refused", refused), ("onRoot", onRoot),
        ("initializer", initializer),
    ]

    private static func roundRobin(_ place: Cases.Place) async throws {
        var futures: [Future<[Int]>] = []
        for i in 0..<10 { futures.append(await place.pool.submit(i) { [TaskContext.current?.worker ?? -1, $0 * $0] }) }
        var values: [[Int]] = []
        for future in futures { values.append(try await future.value) }
        Report.equal(values, (0..<10).map { [$0 % place.size, $0 * $0] }, "round robin")
    }

    private static func anyOrder(_ place: Cases.Place) async throws {
        var futures: [Future<Int>] = []
        for i in 0..<20 {
            futures.append(
                await place.pool.submit(i) { i in
                    try await Task.sleep(for: .milliseconds(i % 3))
                    return 3 * i
                })
        }
        let order = place.rank % 2 == 0 ? Array(0..<20) : Array((0..<20).reversed())
        for i in order { Report.equal(try await futures[i].value, 3 * i, "any order \(i)") }
        for i in order { Report.equal(try await futures[i].value, 3 * i, "again \(i)") }
    }

    private static func subsets(_ place: Cases.Place) async throws {
        var futures: [Future<Int>] = []
        for i in 0..<12 { futures.append(await place.pool.submit(i) { $0 + 100 }) }
        for i in 0..<12 where i % place.size == place.rank {
            Report.equal(try await futures[i].value, i + 100, "subset \(i)")
        }
        // The futures that nobody here asked for do no harm to what comes after.
        Report.equal(try await place.pool.submit(5) { 0 - $0 }.value, -5, "after a subset")
    }

    private static func thrownError(_ place: Cases.Place) async throws {
        for i in 0..<place.size + 1 {
            let future = await place.pool.submit(i) { i -> Int in throw CaseError(input: i) }
            Report.equal(await future.result.error as? CaseError, CaseError(input: i), "thrown error \(i)")
            Report.equal(try await place.pool.submit(i) { $0 }.value, i, "after a thrown error \(i)")
        }
    }

    private static func maps(_ place: Cases.Place) async throws {
        let inputs = Array(0..<2000)
        let expected = inputs.map { $0 &* 7 }
        var values: [Int] = []
        for try await value in place.pool.map(inputs, { $0 &* 7 }) { values.append(value) }
        Report.equal(values, expected, "map")
        values = []
        for try await value in place.pool.mapUnordered(inputs, { $0 &* 7 }) { values.append(value) }
        Report.equal(values.sorted(), expected, "mapUnordered")
        var count = 0
        for try await _ in place.pool.map(0..., { $0 }) {
            count += 1
            if count == 50 { break }
        }
        Report.equal(try await place.pool.submit(1) { $0 }.value, 1, "after an early end of a map")
    }

    private static func randomStreams(_ place: Cases.Place) async throws {
        let local = LocalExecutor(concurrency: 2, seed: 7)
        for (name, values) in [
            ("lockstep", try await draws(place.pool)), ("local", try await draws(local)),
        ] {
            Report.equal(values.count, 45, "random streams \(name)")
        }
        Report.equal(try await draws(place.pool, 3), try await draws(local, 3), "random streams")
    }

    private static func draws(_ executor: some FutureExecutor, _ count: Int = 5) async throws -> [UInt64] {
        var values: [UInt64] = []
        for i in 0..<count {
            values.append(
                try await executor.submit(i) { _ in
                    var random = TaskContext.current!.random  // Inside a task there is a context.
                    return random.next()
                }.value)
        }
        for try await value in executor.map(
            0..<40,
            { _ in
                var random = TaskContext.current!.random  // As above.
                return random.next()
            })
        {
            values.append(value)
        }
        return values
    }

    private static func loopOverSet(_ place: Cases.Place) async throws {
        let words = Set((0..<200).map { "word \($0)" })
        var total = 0
        for word in words { total += try await place.pool.submit(word) { $0.utf8.count }.value }
        Report.equal(total, words.reduce(0) { $0 + $1.utf8.count }, "loop over a set")
    }

    private static func large(_ place: Cases.Place) async throws {
        let count = 3_000_000
        let futures = [
            await place.pool.submit(count) { Array(repeating: 1.5, count: $0) },
            await place.pool.submit(count) { Array(repeating: 2.5, count: $0) },
        ]
        for (future, element) in zip(futures, [1.5, 2.5]) {
            let value = try await future.value
            Report.expect(value.count == count && value.allSatisfy { $0 == element }, "large outcome of \(element)")
        }
        let input = (0..<500_000).map { Double($0) }
        let sum = try await place.pool.submit(input) { $0.reduce(0, +) }.value
        Report.equal(sum, input.reduce(0, +), "large input")
    }

    private static func deadline(_ place: Cases.Place) async throws {
        var options = TaskOptions(name: "sleeper")
        options.deadline = .milliseconds(100)
        for i in 0..<place.size {
            let future = await place.pool.submit(i, options: options) { _ -> Int in
                // Does not listen to its cancellation.
                let end = ContinuousClock.now + .milliseconds(400)
                while ContinuousClock.now < end { await Task.yield() }
                return 1
            }
            Report.error(await future.result.error, .deadlineExceeded, ["sleeper", "0.1"], "deadline \(i)")
        }
        Report.equal(try await place.pool.submit(6) { $0 }.value, 6, "after deadlines")
    }

    private static func cancel(_ place: Cases.Place) async throws {
        let future = await place.pool.submit(4) { i in
            try await Task.sleep(for: .milliseconds(20))
            return 2 * i
        }
        future.cancel()
        Report.error(future.cancellationRefusal, .unsupported, ["cancel"], "cancel is refused")
        Report.equal(try await future.value, 8, "a cancelled future has its value")
    }

    private static func nested(_ place: Cases.Place) async throws {
        let future = await place.pool.submit(1) { i in
            try await MPIExecutor.shared().submit(i) { $0 }.value
        }
        Report.error(await future.result.error, .nestedSubmission, [], "nested submission")
    }

    private static func questions(_ place: Cases.Place) async throws {
        let future = await place.pool.submit(1) { $0 }
        guard let arbiter = future.storage.arbiter else { return Report.fail("questions: no arbiter") }
        let rank = place.rank
        for i in 0..<5 {
            Report.equal(try await arbiter.decide("how much is \(i)") { 10 * i + rank }, 10 * i, "question \(i)")
        }
        do {
            _ = try await arbiter.decide("an error") { throw CaseError(input: rank) }
            Report.fail("question: no error")
        } catch {
            Report.equal(error as? CaseError, CaseError(input: 0), "a question's error")
        }
        let slow = await place.pool.submit(200) { milliseconds in
            try await Task.sleep(for: .milliseconds(milliseconds))
            return milliseconds
        }
        do {
            _ = try await slow.value(within: .milliseconds(5))
            Report.fail("value(within:) came in time")
        } catch {
            Report.error(error, .timedOut, [], "value(within:)")
        }
        Report.equal(try await slow.value, 200, "after value(within:)")
    }

    private static func progress(_ place: Cases.Place) async throws {
        let future = await place.pool.submit(3) { count in
            for i in 1...count {
                TaskContext.current?.report(progress: Double(i) / Double(count), "part \(i)")
                try await Task.sleep(for: .milliseconds(5))
            }
            return count
        }
        var last: TaskProgress?
        for await report in future.progress { last = report }
        Report.equal(last, TaskProgress(fraction: 1, message: "part 3"), "progress")
        Report.equal(try await future.value, 3, "after progress")
    }

    /// More than the executor holds at a time.
    private static func many(_ place: Cases.Place) async throws {
        var sum = 0
        var futures: [Future<Int>] = []
        for i in 0..<20_000 { futures.append(await place.pool.submit(i) { $0 }) }
        for future in futures { sum += try await future.value }
        Report.equal(sum, 20_000 * 19_999 / 2, "many")
    }

    private static func shutdown(_ place: Cases.Place) async throws {
        var futures: [Future<Int>] = []
        for i in 0..<20 {
            futures.append(
                await place.pool.submit(i) { i in
                    try await Task.sleep(for: .milliseconds(5))
                    return i
                })
        }
        await place.pool.shutdown(cancelPending: true)
        for (i, future) in futures.enumerated() { Report.equal(try await future.value, i, "drained \(i)") }
        Report.error(await place.pool.submit(1) { $0 }.result.error, .shutDown, [], "after shutdown")
        await place.pool.shutdown()
    }

    private static func refused(_ place: Cases.Place) async throws {
        let value = Unwilling()
        Report.error(await place.pool.submit(value) { _ in 1 }.result.error, .encodingFailed, [], "does not encode")
        var options = TaskOptions()
        options.ranks = .gang(place.size + 1)
        Report.error(
            await place.pool.submit(1, options: options) { $0 }.result.error, .rankMismatch, [], "too many ranks")
        Report.equal(try await place.pool.submit(1) { $0 }.value, 1, "after refusals")
    }

    private static func onRoot(_ place: Cases.Place) async throws {
        var total = 4
        total += 1
        Report.equal(place.pool.onRoot { total }, place.rank == 0 ? 5 : nil, "onRoot")
        let pool = place.pool
        let value = try await pool.onRoot {
            try await Task.sleep(for: .milliseconds(1))
            return total + 1
        }
        Report.equal(value, place.rank == 0 ? 6 : nil, "onRoot that waits")
        Report.equal(rootOnly(pool), place.rank == 0 ? 7 : nil, "onRoot where nothing waits")
    }

    private static func rootOnly(_ pool: MPIExecutor) -> Int? {
        pool.onRoot { 7 }
    }

    private static func initializer(_ place: Cases.Place) async throws {
        let pool = try place.pool.beside(WorkerInitializer(5) { input in Table.value.withLock { $0 = input } })
        for i in 0..<2 * place.size {
            Report.equal(try await pool.submit(i) { $0 + Table.value.withLock { $0 } }.value, i + 5, "initializer \(i)")
        }
        let broken = try place.pool.beside(
            WorkerInitializer(place.size - 1) { rank in
                if TaskContext.current?.worker == rank { throw CaseError(input: rank) }
            })
        for i in 0..<place.size {
            let error = await broken.submit(i) { $0 }.result.error
            Report.error(error, .initializerFailed, ["rank \(place.size - 1)"], "broken initializer \(i)")
            Report.equal((error as? ExecutorError)?.cause as? CaseError, CaseError(input: place.size - 1), "its cause")
        }
        Report.equal(try await pool.submit(1) { $0 }.value, 1, "after a broken initializer")
    }
}

/// What an initializer sets.
enum Table {
    static let value = Mutex(0)
}

/// Can't be encoded.
struct Unwilling: Codable, Sendable {
    init() {}

    init(from decoder: any Decoder) throws { self.init() }

    func encode(to encoder: any Encoder) throws { throw CaseError(input: 1) }
}
