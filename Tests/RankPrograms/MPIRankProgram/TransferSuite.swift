// SPDX-License-Identifier: Apache-2.0
// Broadcast, gather, scatter and all-to-all: every type, every root.

import MPI

/// What is moved must arrive, unchanged and in its place.
enum TransferSuite {
    /// Runs the suite; collective.
    static func run(on communicator: Communicator, _ label: String) throws {
        try communicator.barrier()
        try check(Double.self, communicator, label)
        try check(Float.self, communicator, label)
        try check(Bool.self, communicator, label)
        try check(Int.self, communicator, label)
        try check(Int8.self, communicator, label)
        try check(Int16.self, communicator, label)
        try check(Int32.self, communicator, label)
        try check(Int64.self, communicator, label)
        try check(UInt.self, communicator, label)
        try check(UInt8.self, communicator, label)
        try check(UInt16.self, communicator, label)
        try check(UInt32.self, communicator, label)
        try check(UInt64.self, communicator, label)
        try check(Particle.self, communicator, label)
        try check(Complex.self, communicator, label)
        try checkRefusals(communicator, label)
    }

    private static func check<T: Sample>(_ type: T.Type, _ communicator: Communicator, _ label: String) throws {
        for root in 0..<communicator.size {
            let name = "\(label): \(T.self) from root \(root)"
            try checkBroadcast(type, communicator, root, name)
            try checkGather(type, communicator, root, name)
            try checkScatter(type, communicator, root, name)
        }
        try checkAllGather(type, communicator, "\(label): \(T.self)")
        try checkAllToAll(type, communicator, "\(label): \(T.self)")
    }

    private static func checkBroadcast<T: Sample>(
        _ type: T.Type, _ communicator: Communicator, _ root: Int, _ name: String
    ) throws {
        let rank = communicator.rank
        let own = T.sample(rank + 7)
        Checks.equal(try communicator.broadcast(own, root: root), T.sample(root + 7), "\(name): broadcast value")
        for count in [0, 1, 5, 24] {
            var buffer = T.array(rank: rank, count: count)
            var span = buffer.mutableSpan
            try communicator.broadcast(&span, root: root)
            Checks.equal(buffer, T.array(rank: root, count: count), "\(name): broadcast span of \(count)")
        }
        let values = rank == root ? T.array(rank: root, count: root + 3) : []
        Checks.equal(
            try communicator.broadcast(values, root: root), T.array(rank: root, count: root + 3),
            "\(name): broadcast array")
    }

    private static func checkGather<T: Sample>(
        _ type: T.Type, _ communicator: Communicator, _ root: Int, _ name: String
    ) throws {
        let (rank, size) = (communicator.rank, communicator.size)
        let one = try communicator.gather(T.sample(rank), root: root)
        Checks.equal(one, rank == root ? (0..<size).map { T.sample($0) } : nil, "\(name): gather value")
        for count in [0, 1, 6] {
            let all = (0..<size).flatMap { T.array(rank: $0, count: count) }
            let values = T.array(rank: rank, count: count)
            let array = try communicator.gather(values, root: root)
            Checks.equal(array, rank == root ? all : nil, "\(name): gather array of \(count)")
            var buffer = rank == root ? [T](repeating: T.sample(-1), count: count * size) : []
            var span = buffer.mutableSpan
            try communicator.gather(values.span, into: &span, root: root)
            Checks.equal(buffer, rank == root ? all : [], "\(name): gather span of \(count)")
        }
        let varying = try communicator.gather(varying: T.array(rank: rank, count: 2 * rank), root: root)
        let parts = (0..<size).map { T.array(rank: $0, count: 2 * $0) }
        Checks.equal(varying, rank == root ? parts : nil, "\(name): gather varying")
    }

    private static func checkScatter<T: Sample>(
        _ type: T.Type, _ communicator: Communicator, _ root: Int, _ name: String
    ) throws {
        let (rank, size) = (communicator.rank, communicator.size)
        for count in [0, 1, 6] {
            let values = rank == root ? T.array(rank: root, count: count * size) : []
            let expected = Array(T.array(rank: root, count: count * size)[(rank * count)..<((rank + 1) * count)])
            Checks.equal(try communicator.scatter(values, root: root), expected, "\(name): scatter array of \(count)")
            var buffer = [T](repeating: T.sample(-1), count: count)
            var span = buffer.mutableSpan
            try communicator.scatter(values.span, into: &span, root: root)
            Checks.equal(buffer, expected, "\(name): scatter span of \(count)")
        }
        let parts = rank == root ? (0..<size).map { T.array(rank: $0, count: 3 * $0) } : []
        Checks.equal(
            try communicator.scatter(varying: parts, root: root), T.array(rank: rank, count: 3 * rank),
            "\(name): scatter varying")
    }

    private static func checkAllGather<T: Sample>(
        _ type: T.Type, _ communicator: Communicator, _ name: String
    ) throws {
        let (rank, size) = (communicator.rank, communicator.size)
        Checks.equal(
            try communicator.allGather(T.sample(rank)), (0..<size).map { T.sample($0) }, "\(name): allGather value")
        for count in [0, 1, 6] {
            let all = (0..<size).flatMap { T.array(rank: $0, count: count) }
            let values = T.array(rank: rank, count: count)
            Checks.equal(try communicator.allGather(values), all, "\(name): allGather array of \(count)")
            var buffer = [T](repeating: T.sample(-1), count: count * size)
            var span = buffer.mutableSpan
            try communicator.allGather(values.span, into: &span)
            Checks.equal(buffer, all, "\(name): allGather span of \(count)")
        }
        Checks.equal(
            try communicator.allGather(varying: T.array(rank: rank, count: size - rank)),
            (0..<size).map { T.array(rank: $0, count: size - $0) }, "\(name): allGather varying")
    }

    private static func checkAllToAll<T: Sample>(
        _ type: T.Type, _ communicator: Communicator, _ name: String
    ) throws {
        let (rank, size) = (communicator.rank, communicator.size)
        for count in [0, 1, 5] {
            let values = T.array(rank: rank, count: count * size)
            let expected = (0..<size).flatMap {
                T.array(rank: $0, count: count * size)[(rank * count)..<((rank + 1) * count)]
            }
            Checks.equal(try communicator.allToAll(values), expected, "\(name): allToAll array of \(count)")
            var buffer = [T](repeating: T.sample(-1), count: count * size)
            var span = buffer.mutableSpan
            try communicator.allToAll(values.span, into: &span)
            Checks.equal(buffer, expected, "\(name): allToAll span of \(count)")
        }
        // Rank a sends a + 2 b elements to rank b.
        let parts = (0..<size).map { T.array(rank: rank, count: rank + 2 * $0) }
        Checks.equal(
            try communicator.allToAll(varying: parts),
            (0..<size).map { T.array(rank: $0, count: $0 + 2 * rank) }, "\(name): allToAll varying")
    }

    private static func checkRefusals(_ communicator: Communicator, _ label: String) throws {
        let size = communicator.size
        Checks.throwing(.invalidArgument, "\(label): a root that does not exist") {
            _ = try communicator.broadcast(1, root: size)
        }
        Checks.throwing(.invalidArgument, "\(label): a negative root") { _ = try communicator.gather(1, root: -1) }
        Checks.throwing(.invalidArgument, "\(label): a result that is too small") {
            var buffer = [Int](repeating: 0, count: 2 * size + 1)
            var span = buffer.mutableSpan
            try communicator.allGather([1, 2].span, into: &span)
        }
        if size > 1 {
            Checks.throwing(.invalidArgument, "\(label): uneven parts") {
                _ = try communicator.scatter([Int](repeating: 0, count: size + 1))
            }
            Checks.throwing(.invalidArgument, "\(label): uneven parts for all") { _ = try communicator.allToAll([1]) }
        }
        Checks.throwing(.invalidArgument, "\(label): too many arrays") {
            _ = try communicator.scatter(varying: [[Int]](repeating: [], count: size + 1))
        }
    }
}
