// SPDX-License-Identifier: Apache-2.0
// Sending and receiving.

import MPI

/// Messages between neighbours, from anybody, to oneself, and messages that do not fit.
enum MessageSuite {
    /// Runs the suite; collective.
    static func run(on communicator: Communicator, _ label: String) throws {
        try checkRing(communicator, label)
        try checkFromAnybody(communicator, label)
        // What follows must not be taken for a message from anybody.
        try communicator.barrier()
        try checkTags(communicator, label)
        try checkMisfits(communicator, label)
        try checkRefusals(communicator, label)
    }

    /// Every rank sends to the next and receives from the one before, itself where it is alone.
    private static func checkRing(_ communicator: Communicator, _ label: String) throws {
        let (rank, size) = (communicator.rank, communicator.size)
        let (next, previous) = ((rank + 1) % size, (rank - 1 + size) % size)
        for count in [0, 1, 3, 6, 21, 100] {
            let name = "\(label): ring of \(count)"
            let values = Double.array(rank: rank, count: count)
            let expected = Double.array(rank: previous, count: count)
            let (received, status) = try communicator.sendReceive(values, to: next, from: previous, tag: 3)
            Checks.equal(received, expected, "\(name): array")
            Checks.equal([status.source, status.tag, status.count], [previous, 3, count], "\(name): status")
            var buffer = [Double](repeating: -1, count: count + 2)
            var span = buffer.mutableSpan
            let second = try communicator.sendReceive(values.span, to: next, into: &span, from: nil, tag: 4)
            Checks.equal(buffer, expected + [-1, -1], "\(name): span")
            Checks.equal(second.source, previous, "\(name): source of the span")
        }
    }

    private static func checkFromAnybody(_ communicator: Communicator, _ label: String) throws {
        let (rank, size) = (communicator.rank, communicator.size)
        guard rank == 0 else {
            try communicator.send(Particle.array(rank: rank, count: rank), to: 0, tag: rank)
            try communicator.send(rank * rank, to: 0, tag: 100)
            return
        }
        var sources: Set<Int> = []
        for _ in 1..<max(1, size) {
            let (square, status) = try communicator.receive(Int.self, tag: 100)
            Checks.equal(square, status.source * status.source, "\(label): value from anybody")
            sources.insert(status.source)
        }
        Checks.equal(sources, Set(1..<max(1, size)), "\(label): everybody was heard")
        for _ in 1..<max(1, size) {
            let (values, status) = try communicator.receive([Particle].self)
            Checks.equal(status.tag, status.source, "\(label): tag of an array from anybody")
            Checks.equal(
                values, Particle.array(rank: status.source, count: status.source), "\(label): array from anybody")
        }
    }

    /// A receiver takes messages by tag in another order than they were sent in; those with one tag stay in order.
    private static func checkTags(_ communicator: Communicator, _ label: String) throws {
        let last = communicator.size - 1
        guard last > 0 else { return }
        if communicator.rank == 0 {
            for number in 0..<4 { try communicator.send([Int32(number), 7], to: last, tag: number % 2) }
        } else if communicator.rank == last {
            var order: [Int32] = []
            for tag in [1, 0, 1, 0] {
                var buffer = [Int32](repeating: 0, count: 2)
                var span = buffer.mutableSpan
                Checks.equal(try communicator.receive(into: &span, from: 0, tag: tag).count, 2, "\(label): count")
                order.append(buffer[0])
            }
            Checks.equal(order, [1, 0, 3, 2], "\(label): messages by tag")
        }
    }

    private static func checkMisfits(_ communicator: Communicator, _ label: String) throws {
        let last = communicator.size - 1
        guard last > 0 else { return }
        if communicator.rank == 0 {
            try communicator.send(Double.array(rank: 0, count: 50), to: last)
            try communicator.send([UInt8](repeating: 1, count: 9), to: last)
            try communicator.send([1, 2], to: last)
            try communicator.send(2.5, to: last)
        } else if communicator.rank == last {
            var buffer = [Double](repeating: 0, count: 3)
            Checks.throwing(.truncate, "\(label): a buffer that is too small") {
                var span = buffer.mutableSpan
                try communicator.receive(into: &span, from: 0)
            }
            Checks.equal(buffer, Double.array(rank: 0, count: 3), "\(label): the beginning of what did not fit")
            Checks.throwing(.typeMismatch, "\(label): nine bytes as Double") {
                _ = try communicator.receive([Double].self, from: 0)
            }
            Checks.throwing(.typeMismatch, "\(label): two values as one") {
                _ = try communicator.receive(Int.self, from: 0)
            }
            Checks.equal(try communicator.receive(Double.self, from: 0).value, 2.5, "\(label): the next one is intact")
        }
    }

    private static func checkRefusals(_ communicator: Communicator, _ label: String) throws {
        Checks.throwing(.invalidArgument, "\(label): a destination that does not exist") {
            try communicator.send(1, to: communicator.size)
        }
        Checks.throwing(.invalidArgument, "\(label): a negative tag") { try communicator.send(1, to: 0, tag: -1) }
        Checks.throwing(.invalidArgument, "\(label): a source that does not exist") {
            _ = try communicator.receive(Int.self, from: -3)
        }
    }
}
