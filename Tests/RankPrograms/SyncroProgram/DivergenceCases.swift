// SPDX-License-Identifier: Apache-2.0
// Cases in which a rank does something else.

import Foundation
import Futures
import MPI
import MPIFutures

/// The last rank differs; every rank must see the error, and none may wait.
enum DivergenceCases {
    static let all: [(String, Cases.Body)] = [
        ("other input", otherInput), ("unseeded random numbers", unseeded), ("other type", otherType),
        ("other order", otherOrder), ("other number", otherNumber), ("fewer, and the end", fewer),
        ("overdue", overdue), ("other question", otherQuestion), ("other gang", otherGang),
        ("submit on root", submitOnRoot), ("concurrent", concurrent), ("early shutdown", earlyShutdown),
    ]

    /// All ranks get the error, from futures before and after it, and later submissions get it at once.
    private static func check(
        _ place: Cases.Place, _ futures: [Future<Int>], _ words: [String], _ name: String
    ) async {
        guard place.size > 1 else {
            for future in futures { Report.expect(await future.result.error == nil, "\(name) on one rank") }
            return
        }
        let error = await futures.last?.result.error
        Report.error(error, .divergence, words + ["rank \(place.size - 1)", "causes"], name)
        let later = await place.pool.submit(1) { $0 }
        Report.error(await later.result.error, .divergence, [], "\(name), later")
    }

    private static func isOdd(_ place: Cases.Place) -> Bool { place.size > 1 && place.rank == place.size - 1 }

    private static func otherInput(_ place: Cases.Place) async throws {
        var futures = [await place.pool.submit(1) { $0 }]
        futures.append(await place.pool.submit(isOdd(place) ? 3 : 2) { $0 })
        await check(
            place, futures,
            ["submission 1", "ClosureTask<Int, Int>", "SyncroProgram/DivergenceCases.swift", "different inputs"],
            "other input")
    }

    private static func unseeded(_ place: Cases.Place) async throws {
        guard place.size > 1 else { return }
        var futures: [Future<Int>] = []
        for _ in 0..<5 { futures.append(await place.pool.submit(Int.random(in: 0..<Int.max)) { $0 & 1 }) }
        let error = await futures[4].result.error
        Report.error(error, .divergence, ["submission 0", "random numbers"], "unseeded random numbers")
    }

    private static func otherType(_ place: Cases.Place) async throws {
        let options = TaskOptions(name: "pick")
        let future =
            isOdd(place)
            ? await place.pool.submit("x", options: options) { $0.utf8.count }
            : await place.pool.submit(2, options: options) { $0 }
        await check(
            place, [future], ["submission 0", "ClosureTask<Int, Int>", "ClosureTask<String, Int>", "pick"], "other type"
        )
    }

    private static func otherOrder(_ place: Cases.Place) async throws {
        let names = isOdd(place) ? ["b", "a"] : ["a", "b"]
        var futures: [Future<Int>] = []
        for name in names { futures.append(await place.pool.submit(1, options: TaskOptions(name: name)) { $0 }) }
        await check(place, futures, ["“a”", "“b”"], "other order")
    }

    /// The last rank makes one step less and goes on to the next thing.
    private static func otherNumber(_ place: Cases.Place) async throws {
        var futures: [Future<Int>] = []
        for i in 0..<(isOdd(place) ? 4 : 5) { futures.append(await place.pool.submit(i) { $0 }) }
        let last = await place.pool.submit(0, options: TaskOptions(name: "next")) { $0 }
        await check(place, [last], ["submission 4", "“next”"], "other number")
    }

    /// The last rank makes one step less, and its program ends.
    private static func fewer(_ place: Cases.Place) async throws {
        var futures: [Future<Int>] = []
        for i in 0..<(isOdd(place) ? 4 : 5) { futures.append(await place.pool.submit(i) { $0 }) }
        if isOdd(place) {
            place.pool.endLockstep()
            return
        }
        // The outcomes of submission 4 come from rank 4 mod size, which may be there.
        while place.size > 1 {
            futures.append(await place.pool.submit(0) { $0 })
            if await futures[futures.count - 1].result.error != nil { break }
        }
        await check(place, futures, ["ended after 4 submissions"], "fewer")
    }

    /// The last rank makes no second step while the others wait for it.
    private static func overdue(_ place: Cases.Place) async throws {
        guard place.size > 1 else { return }
        var futures = [await place.pool.submit(1) { $0 }]
        let start = ContinuousClock.now
        if isOdd(place) {
            while futures[0].storage.arbiter != nil, place.pool.isInStep {
                try await Task.sleep(for: .milliseconds(20))
                guard ContinuousClock.now - start < .seconds(15) else { break }
            }
        } else {
            for i in 0..<place.size { futures.append(await place.pool.submit(i) { $0 }) }
            Report.error(
                await place.pool.submit(1, ranks: place.size) { one, _ in one }.result.error, .divergence,
                ["rank \(place.size - 1)", "1 submission"], "overdue")
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        Report.expect(seconds >= 0.9 && seconds < 10, "overdue after \(seconds) s with a patience of 1 s")
        Report.error(await place.pool.submit(1) { $0 }.result.error, .divergence, [], "overdue, later")
    }

    private static func otherQuestion(_ place: Cases.Place) async throws {
        let future = await place.pool.submit(1) { $0 }
        guard let arbiter = future.storage.arbiter, place.size > 1 else { return }
        do {
            _ = try await arbiter.decide(isOdd(place) ? "which is first" : "is it in time") { 1 }
            // Rank 0 may have had its own answer before it heard of another question.
            _ = try await arbiter.decide("the next one") { 1 }
            if place.rank == 0 { _ = await place.pool.submit(1, ranks: place.size) { one, _ in one }.result }
        } catch {
            Report.error(error, .divergence, ["question of timing 0", "which is first"], "other question")
        }
    }

    private static func otherGang(_ place: Cases.Place) async throws {
        guard place.size > 1 else { return }
        let ranks = isOdd(place) ? place.size - 1 : place.size
        let future = await place.pool.submit(1, ranks: ranks) { one, communicator in
            try communicator.allReduce(one, .sum)
        }
        await check(place, [future], ["on \(place.size) ranks", "on \(place.size - 1) ranks"], "other gang")
    }

    private static func submitOnRoot(_ place: Cases.Place) async throws {
        guard place.size > 1 else { return }
        let pool = place.pool
        await pool.onRoot { _ = await pool.submit(1) { $0 } }
        let future = await pool.submit("all") { $0.utf8.count }
        Report.error(await future.result.error, .divergence, ["submission 0", "onRoot"], "submit on root")
    }

    /// May come out in one order everywhere, and must end either way, with one answer on all ranks.
    private static func concurrent(_ place: Cases.Place) async throws {
        let pool = place.pool
        let errors = await withTaskGroup(of: (any Error)?.self) { group in
            for i in 0..<40 { group.addTask { await pool.submit(i) { $0 }.result.error } }
            return await group.reduce(into: [any Error]()) { all, error in if let error { all.append(error) } }
        }
        for error in errors.prefix(1) {
            Report.error(error, .divergence, ["concurrent Swift tasks"], "concurrent submission")
        }
        Report.note("concurrent submission: \(errors.count) of 40 futures failed")
        Report.expect(errors.isEmpty || !pool.isInStep, "concurrent submission ended")
    }

    private static func earlyShutdown(_ place: Cases.Place) async throws {
        guard place.size > 1 else { return }
        if isOdd(place) {
            await place.pool.shutdown()
            let end = ContinuousClock.now + .seconds(10)
            while place.pool.isInStep, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(5)) }
            Report.expect(!place.pool.isInStep, "early shutdown")
        } else {
            let future = await place.pool.submit(1, ranks: place.size) { one, communicator in
                try communicator.allReduce(one, .sum)
            }
            Report.error(await future.result.error, .divergence, ["shutdown"], "early shutdown")
        }
    }
}
