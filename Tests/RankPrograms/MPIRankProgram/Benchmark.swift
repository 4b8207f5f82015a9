// SPDX-License-Identifier: Apache-2.0
// How long operations take; to be started by hand.

import MPI

/// Times per operation, printed by rank 0.
enum Benchmark {
    /// Runs the measurements; collective.
    static func run(on world: Communicator) throws {
        try measure(world, "barrier", 20_000) { try world.barrier() }
        try measure(world, "allReduce of one Double", 20_000) { _ = try world.allReduce(1.0, .sum) }
        try measure(world, "ring of 8 bytes", 20_000) { try ring(world, count: 1) }
        for megabytes in [1, 16, 256] {
            let values = [Double](repeating: 1, count: megabytes << 17)
            let turns = max(2, 256 / megabytes)
            var buffer = values
            try measure(world, "allReduce of \(megabytes) MB", turns) {
                var span = buffer.mutableSpan
                try world.allReduce(&span, .max)
            }
            try measure(world, "broadcast of \(megabytes) MB", turns) {
                var span = buffer.mutableSpan
                try world.broadcast(&span)
            }
            try measure(world, "message of \(megabytes) MB", turns) {
                var span = buffer.mutableSpan
                if world.rank == 0 { try world.send(values, to: world.size - 1) }
                if world.rank == world.size - 1 { try world.receive(into: &span, from: 0) }
            }
        }
        try measure(world, "group, allReduce, close", 500) {
            let group = try Communicator.group(of: Array(0..<world.size), tag: 0)
            _ = try group.allReduce(1, .sum)
            try group.close()
        }
    }

    private static func ring(_ world: Communicator, count: Int) throws {
        let (rank, size) = (world.rank, world.size)
        _ = try world.sendReceive([rank], to: (rank + 1) % size, from: (rank + size - 1) % size)
    }

    private static func measure(
        _ world: Communicator, _ name: String, _ turns: Int, _ body: () throws -> Void
    ) throws {
        try body()
        try world.barrier()
        let time = try ContinuousClock().measure {
            for _ in 0..<turns { try body() }
            try world.barrier()
        }
        if world.rank == 0 { Checks.note("\(name): \(time / turns)") }
    }
}
