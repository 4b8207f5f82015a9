// SPDX-License-Identifier: Apache-2.0
// Groups, splits and duplicates.

import MPI

/// Communicators of all shapes, made and freed many times.
enum CommunicatorSuite {
    /// Runs the suite; collective.
    static func run(on world: Communicator) throws {
        try checkSplit(world)
        try checkOrder(world)
        try checkSeparation(world)
        try checkMany(world)
        let all = try Communicator.world()
        Checks.equal(try all.close(), 0, "world: closed")
        Checks.throwing(.closed, "world: not to be used any more") { try all.barrier() }
        try world.barrier()
        Checks.expect(true, "world: still there for others")
        Checks.throwing(.invalidArgument, "a group without this rank") {
            _ = try Communicator.group(of: [(world.rank + 1) % world.size, world.size], tag: 1)
        }
        Checks.throwing(.invalidArgument, "a group with a rank twice") {
            _ = try Communicator.group(of: [world.rank, world.rank], tag: 1)
        }
        Checks.throwing(.invalidArgument, "a negative color") { try world.withSplit(color: -1) { _ in } }
    }

    private static func checkSplit(_ world: Communicator) throws {
        let color = world.rank % 2
        let members = (0..<world.size).filter { $0 % 2 == color }
        // The key turns the order round.
        let ranks = try world.withSplit(color: color, key: -world.rank) { part in
            Checks.equal(part.size, members.count, "split: size")
            return try part.allGather(world.rank)
        }
        Checks.equal(ranks, members.reversed(), "split: members in the order of their keys")
        try world.withDuplicate { copy in
            Checks.equal([copy.rank, copy.size], [world.rank, world.size], "duplicate: rank and size")
        }
    }

    private static func checkOrder(_ world: Communicator) throws {
        let order = Array((0..<world.size).reversed())
        let group = try Communicator.group(of: order, tag: 5, name: "reversed")
        Checks.equal(group.rank, world.size - 1 - world.rank, "group: ranks follow the list")
        Checks.equal(try group.allGather(world.rank), order, "group: members follow the list")
        Checks.equal(group.name, "reversed", "group: name")
        try group.close()
        Checks.throwing(.closed, "group: closed") { try group.barrier() }
    }

    /// A message that nobody receives stays with its communicator.
    private static func checkSeparation(_ world: Communicator) throws {
        guard world.size > 1 else { return }
        for turn in 0..<3 {
            let group = try Communicator.group(of: Array(0..<world.size), tag: 1000 + turn)
            if group.rank == 0 { try group.send(turn, to: 1) }
            let left = try group.close()
            Checks.equal(left, 1, "separation: the message that is left over was noticed")
        }
        let group = try Communicator.group(of: Array(0..<world.size), tag: 2000)
        if group.rank == 0 { try group.send(99, to: 1) }
        if group.rank == 1 {
            Checks.equal(try group.receive(Int.self).value, 99, "separation: no stale message in a new group")
        }
        Checks.equal(try group.close(), 0, "separation: nothing is left over")
    }

    private static func checkMany(_ world: Communicator) throws {
        var isRight = true
        for turn in 0..<100 {
            let group = try Communicator.group(of: Array(0..<world.size), tag: 3000 + turn)
            isRight = try group.allReduce(1, .sum) == world.size && isRight
            try group.close()
        }
        Checks.expect(isRight, "a hundred groups, one after the other")
    }
}
