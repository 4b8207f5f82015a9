// SPDX-License-Identifier: Apache-2.0
// Gangs that end early.

import Foundation
import MPI

/// Rank 0 never takes part in what the others wait for; they must leave, and a new group must work.
struct AbandonmentSuite {
    /// All ranks.
    let world: Communicator
    /// A directory that all ranks share.
    let directory: String

    private var everybody: [Int] { Array(0..<world.size) }

    /// Runs the suite; collective.
    func run() async throws {
        try await abandonOperations()
        try await abandonForming()
        try await writeLate()
        try await cancelOperation()
        try formSubset()
    }

    private typealias Step = @Sendable (Communicator) throws -> Void

    /// Operations in which a rank above 0 has to wait for rank 0.
    private var steps: [(name: String, step: Step)] {
        [
            ("barrier", { try $0.barrier() }),
            ("allReduce value", { _ = try $0.allReduce(1, .sum) }),
            ("allReduce array", { _ = try $0.allReduce([Double](repeating: 1, count: 100_000), .sum) }),
            ("broadcast", { _ = try $0.broadcast(1, root: 0) }),
            ("broadcast array", { _ = try $0.broadcast([Int](), root: 0) }),
            ("allGather", { _ = try $0.allGather([Double](repeating: 1, count: 50_000)) }),
            ("allGather varying", { _ = try $0.allGather(varying: [1, 2, 3]) }),
            (
                "allToAll",
                { communicator in _ = try communicator.allToAll([Int](repeating: 1, count: communicator.size)) }
            ),
            ("scatter", { _ = try $0.scatter([Int]()) }),
            ("scan", { _ = try $0.scan(1, .sum) }),
            ("receive", { _ = try $0.receive(Int.self, from: 0) }),
            ("receive from anybody", { _ = try $0.receive([Int].self) }),
            ("large send", { try $0.send([Double](repeating: 1, count: 2_000_000), to: 0) }),
            ("send and receive", { _ = try $0.sendReceive([Double](repeating: 1, count: 100_000), to: 0, from: 0) }),
            ("split", { try $0.withSplit(color: 0) { _ in } }),
            (
                "inside a split",
                {
                    try $0.withSplit(color: min(1, $0.rank)) { _ in }; try $0.barrier()
                }
            ),
        ]
    }

    private func abandonOperations() async throws {
        guard world.size > 1 else { return }
        for (number, (name, step)) in steps.enumerated() {
            let group = try Communicator.group(of: everybody, tag: 10_000 + number)
            if group.rank == 0 {
                if name == "inside a split" { try group.withSplit(color: 0) { _ in } }
                group.abandon(because: "rank 0 gave up")
            } else {
                try await checkLeaving(group, name, step)
            }
            Checks.expect(!group.isValid, "abandoned \(name): no longer valid")
            Checks.throwing(.abandoned, "abandoned \(name): later calls are refused") { try group.barrier() }
            let next = try Communicator.group(of: everybody, tag: 20_000 + number)
            let sum = try next.allReduce([world.rank, 1], .sum)
            Checks.equal(
                sum, [world.size * (world.size - 1) / 2, world.size], "abandoned \(name): the next group is right")
            try next.close()
        }
    }

    private func checkLeaving(_ group: Communicator, _ name: String, _ step: Step) async throws {
        let clock = ContinuousClock()
        let abandoned = Task.detached {
            // Long enough that the operation waits by then, whether it spins, yields or sleeps.
            try await Task.sleep(for: .milliseconds(20))
            let time = clock.now
            group.abandon(because: "rank 0 gave up")
            return time
        }
        do {
            try step(group)
            Checks.fail("abandoned \(name): nothing was thrown")
        } catch {
            let left = clock.now
            Checks.equal((error as? MPIError)?.code, .abandoned, "abandoned \(name): code")
            Checks.expect("\(error)".contains("rank 0 gave up"), "abandoned \(name): reason in \(error)")
            let delay = try await abandoned.value.duration(to: left)
            Checks.expect(delay < .seconds(1), "abandoned \(name): left within a second")
            Checks.note("abandoned \(name): left after \(delay)")
        }
    }

    /// Rank 0 doesn't come to the forming of a group.
    private func abandonForming() async throws {
        guard world.size > 1 else { return }
        let abandonment = Abandonment()
        if world.rank > 0 {
            let raised = Task.detached {
                try await Task.sleep(for: .milliseconds(20))
                abandonment.raise(because: "rank 0 was lost")
            }
            Checks.throwing(.abandoned, "forming: left") {
                _ = try Communicator.group(of: everybody, tag: 30_000, abandonment: abandonment)
            }
            try await raised.value
        }
        let next = try Communicator.group(of: everybody, tag: 30_001)
        Checks.equal(try next.allReduce(1, .sum), world.size, "forming: the next group is right")
        try next.close()
    }

    /// Rank 0 comes when the others have left: MPI then writes to the buffers of their abandoned broadcast.
    private func writeLate() async throws {
        guard world.size > 1 else { return }
        for count in [10, 1000, 100_000] {
            let late = try Communicator.group(of: everybody, tag: 35_000 + count)
            var values = [Double](repeating: 5, count: count)
            if world.rank > 0 {
                let raised = Task.detached {
                    try await Task.sleep(for: .milliseconds(20))
                    late.abandon(because: "rank 0 is late")
                }
                Checks.throwing(.abandoned, "late root: left the broadcast of \(count)") {
                    var span = values.mutableSpan
                    try late.broadcast(&span)
                }
                try await raised.value
            }
            // Would lie where the buffers were, had they been freed.
            let neighbours = (0..<50).map { _ in [Double](repeating: 7, count: count) }
            let next = try Communicator.group(of: everybody, tag: 36_000 + count)
            if world.rank == 0 {
                var span = values.mutableSpan
                try late.broadcast(&span)
            }
            Checks.equal(try next.allReduce(1, .sum), world.size, "late root: the next group is right")
            Checks.expect(
                neighbours.allSatisfy { $0.allSatisfy { $0 == 7 } }, "late root: nothing was written to others' memory")
            Checks.expect(values.allSatisfy { $0 == 5 }, "late root: nor to the caller's")
            try next.close()
        }
    }

    /// A cancelled Swift task leaves, and the communicator can't be used any more.
    private func cancelOperation() async throws {
        guard world.size > 1 else { return }
        let group = try Communicator.group(of: everybody, tag: 40_000)
        if world.rank > 0 {
            let task = Task(executorPreference: MPIThread.shared) { try group.barrier() }
            Task.detached {
                try await Task.sleep(for: .milliseconds(20))
                task.cancel()
            }
            let result = await task.result
            Checks.throwing(.cancelled, "cancelled: code") { try result.get() }
            Checks.throwing(.abandoned, "cancelled: later calls are refused") { _ = try group.allReduce(1, .sum) }
        }
        let next = try Communicator.group(of: everybody, tag: 40_001)
        Checks.equal(try next.allReduce(1, .sum), world.size, "cancelled: the next group is right")
        try next.close()
    }

    /// A group of the first and the last rank forms while the others are not in MPI: they wait for a file.
    private func formSubset() throws {
        guard world.size > 2 else { return }
        let file = "\(directory)/subset-\(world.size)"
        if world.rank == 0 || world.rank == world.size - 1 {
            let group = try Communicator.group(of: [world.size - 1, 0], tag: 50_000)
            Checks.equal(try group.allGather(world.rank), [world.size - 1, 0], "subset: its members")
            try group.close()
            if world.rank == 0 { try Data().write(to: URL(fileURLWithPath: file)) }
        } else {
            while !FileManager.default.fileExists(atPath: file) { usleep(1000) }
            Checks.expect(true, "subset: formed without this rank")
        }
        try world.barrier()
    }
}
