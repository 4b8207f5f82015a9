// SPDX-License-Identifier: Apache-2.0
// How a map cuts its inputs into chunks, and what a chunk does with its time.

import Testing

@testable import Futures

@Suite(.timeLimit(.minutes(1)))
struct ChunkTests {
    @Test func beginsWithOneItem() {
        #expect(ChunkSizer(fixed: nil).next == 1)
    }

    @Test(arguments: [1, 6, 100_000])
    func keepsToAFixedSize(size: Int) {
        var sizer = ChunkSizer(fixed: size)
        #expect(sizer.next == size)
        sizer.ran(items: size, microseconds: 1e9)
        #expect(sizer.next == size)
        sizer.ran(items: size, microseconds: 0)
        #expect(sizer.next == size)
    }

    @Test func growsFourfoldAtMost() {
        var sizer = ChunkSizer(fixed: nil)
        var sizes: [Int] = []
        for _ in 0..<9 {
            sizes.append(sizer.next)
            sizer.ran(items: sizer.next, microseconds: 0)
        }
        #expect(sizes == [1, 4, 16, 64, 256, 1024, 4096, 8192, 8192])
    }

    /// The target is 4 ms: after enough reports of a constant run time a chunk takes that long, within one item.
    @Test(arguments: [1.0, 3, 10, 100, 999, 3999, 4000, 4001, 1e6])
    func aimsAtFourMilliseconds(microseconds: Double) {
        var sizer = ChunkSizer(fixed: nil)
        for _ in 0..<30 { sizer.ran(items: sizer.next, microseconds: microseconds * Double(sizer.next)) }
        #expect(sizer.next == max(1, Int(4000 / microseconds)))
    }

    @Test func shrinksWhenItemsGetSlower() {
        var sizer = ChunkSizer(fixed: nil)
        for _ in 0..<30 { sizer.ran(items: sizer.next, microseconds: Double(sizer.next)) }
        #expect(sizer.next == 4000)
        // A chunk that gave its items back after one, which took 50 ms.
        sizer.ran(items: 1, microseconds: 50_000)
        #expect(sizer.next == 1)
    }

    @Test func doesNotMindNonsense() {
        var sizer = ChunkSizer(fixed: nil)
        sizer.ran(items: 0, microseconds: 5)
        #expect(sizer.next == 1)
        for microseconds in [-1, .infinity, .nan, 1e300, -.infinity] {
            sizer.ran(items: 10, microseconds: microseconds)
            #expect(sizer.next >= 1)
            #expect(sizer.next <= 8192)
        }
    }

    @Test func givesItemsBackWhenItsTimeIsUp() async throws {
        // The first item is quick, the others take longer than the whole budget.
        let output = try await ChunkOutput.run(count: 10, first: 0, budget: 2000) { index in
            if index > 0 { try await Task.sleep(for: .milliseconds(3)) }
            return index
        }
        #expect(output.count == 2)
        #expect(try output.results.map { try $0.get() } == [0, 1])
        #expect(output.microseconds >= 3000)
    }

    @Test func runsOneItemHoweverLittleTimeItHas() async throws {
        let output = try await ChunkOutput.run(count: 10, first: 0, budget: -1) { $0 }
        #expect(output.count == 1)
    }

    @Test func countsFailuresAtTheirPlaces() async throws {
        let output = try await ChunkOutput.run(count: 6, first: 0, budget: .greatestFiniteMagnitude) { index in
            if index % 2 == 0 { throw Fault(reason: "\(index)") }
            return index
        }
        let decoded = try BinaryDecoder().decode(ChunkOutput<Int>.self, from: BinaryEncoder().encode(output))
        for (index, result) in decoded.results.enumerated() {
            if index % 2 == 0 {
                #expect(throws: Fault(reason: "\(index)")) { try result.get() }
            } else {
                #expect(try result.get() == index)
            }
        }
        #expect(decoded.results.count == 6)
    }

    @Test func stopsBetweenItemsWhenItIsCancelled() async throws {
        let gate = Gate()
        let tally = Tally()
        let chunk = Task {
            try await ChunkOutput.run(count: 10, first: 0, budget: .greatestFiniteMagnitude) { index in
                tally.note(index)
                await gate.passDeafly()
                return index
            }
        }
        await gate.isReached(by: 1)
        chunk.cancel()
        gate.open()
        await #expect(throws: CancellationError.self) { try await chunk.value }
        #expect(tally.entries == [0])
    }

    /// After many quick items come slow ones, in chunks that were sized for quick ones.
    @Test(arguments: [false, true])
    func loseNothingWhenItemsAreGivenBack(isOrdered: Bool) async throws {
        let executor = LocalExecutor(concurrency: 4)
        let inputs = 0..<3010
        func outputs() async throws -> [Int] {
            if isOrdered {
                return try await collect(
                    executor.map(inputs) { input in
                        if input >= 3000 { try await Task.sleep(for: .milliseconds(60)) }
                        return input
                    })
            }
            return try await collect(
                executor.mapUnordered(inputs) { input in
                    if input >= 3000 { try await Task.sleep(for: .milliseconds(60)) }
                    return input
                }
            ).sorted()
        }
        #expect(try await outputs() == Array(inputs))
    }

    @Test func spreadsWhatIsGivenBack() async throws {
        let executor = LocalExecutor(concurrency: 4)
        let tally = Tally()
        var inputs = (0..<3000).map { SlowOrQuick.quick($0) }
        inputs += (0..<24).map { _ in SlowOrQuick.slow(tally) }
        let outputs = try await collect(executor.map(inputs))
        #expect(outputs.count == inputs.count)
        #expect(tally.mostPresent >= 3, "slow items that a chunk gave back run beside each other")
    }
}

/// A task that takes no time, or 60 ms.
enum SlowOrQuick: RemoteTask {
    case quick(Int)
    case slow(Tally)

    func run() async throws -> Int {
        switch self {
        case .quick(let number): return number
        case .slow(let tally):
            tally.enter()
            defer { tally.leave() }
            try await Task.sleep(for: .milliseconds(60))
            return -1
        }
    }
}
