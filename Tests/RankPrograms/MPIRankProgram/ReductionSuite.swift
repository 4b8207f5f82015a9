// SPDX-License-Identifier: Apache-2.0
// Reductions: every operation that a type has, to every root, to all, and over prefixes.

import MPI

/// The reference is the same reduction done in this process, one rank after the other; all values are small enough that
/// floating-point sums and products are exact in any order, so results are compared for equality.
enum ReductionSuite {
    /// Runs the suite; collective.
    static func run(on communicator: Communicator, _ label: String) throws {
        try checkFloating(Double.self, communicator, label)
        try checkFloating(Float.self, communicator, label)
        try checkInteger(Int.self, communicator, label)
        try checkInteger(Int8.self, communicator, label)
        try checkInteger(Int16.self, communicator, label)
        try checkInteger(Int32.self, communicator, label)
        try checkInteger(Int64.self, communicator, label)
        try checkInteger(UInt.self, communicator, label)
        try checkInteger(UInt8.self, communicator, label)
        try checkInteger(UInt16.self, communicator, label)
        try checkInteger(UInt32.self, communicator, label)
        try checkInteger(UInt64.self, communicator, label)
        let truth: (Int, Int) -> Bool = { rank, index in (rank + index) % 3 != 0 }
        try check(communicator, "\(label): Bool and", .logicalAnd, truth) { $0 && $1 }
        try check(communicator, "\(label): Bool or", .logicalOr, truth) { $0 || $1 }
        try check(communicator, "\(label): Bool xor", .logicalXor, truth) { $0 != $1 }
        try check(communicator, "\(label): Complex sum", .sum, { Complex.sample($0 + $1) }, +)
        Checks.throwing(.unsupportedReduction, "\(label): a sum of plain bytes") {
            _ = try communicator.allReduce(Opaque(value: 1), .sum)
        }
    }

    private static func checkFloating<T: BinaryFloatingPoint & MPIRepresentable>(
        _ type: T.Type, _ communicator: Communicator, _ label: String
    ) throws {
        let value: (Int, Int) -> T = { rank, index in T(rank * 3 - index) / 2 }
        try check(communicator, "\(label): \(T.self) sum", .sum, value, +)
        try check(communicator, "\(label): \(T.self) product", .product, value, *)
        try check(communicator, "\(label): \(T.self) min", .min, value) { min($0, $1) }
        try check(communicator, "\(label): \(T.self) max", .max, value) { max($0, $1) }
    }

    private static func checkInteger<T: FixedWidthInteger & MPIRepresentable>(
        _ type: T.Type, _ communicator: Communicator, _ label: String
    ) throws {
        // Four ranks' sums and products of these fit 8 bits: what happens on overflow is up to the MPI library.
        let small: (Int, Int) -> T = { rank, index in T((3 * rank + index) % 31) }
        let tiny: (Int, Int) -> T = { rank, index in T((rank + index) % 3 + 1) }
        try check(communicator, "\(label): \(T.self) sum", .sum, small, +)
        try check(communicator, "\(label): \(T.self) product", .product, tiny, *)
        let value: (Int, Int) -> T = { rank, index in T(truncatingIfNeeded: rank &* 37 &- index &* 11) }
        try check(communicator, "\(label): \(T.self) min", .min, value) { min($0, $1) }
        try check(communicator, "\(label): \(T.self) max", .max, value) { max($0, $1) }
        try check(communicator, "\(label): \(T.self) and", .bitwiseAnd, value, &)
        try check(communicator, "\(label): \(T.self) or", .bitwiseOr, value, |)
        try check(communicator, "\(label): \(T.self) xor", .bitwiseXor, value, ^)
    }

    private static func check<T: MPIRepresentable & Equatable>(
        _ communicator: Communicator, _ name: String, _ reduction: Reduction<T>, _ value: (Int, Int) -> T,
        _ combine: (T, T) -> T
    ) throws {
        let (rank, size) = (communicator.rank, communicator.size)
        func reference(_ ranks: Range<Int>, _ index: Int) -> T {
            ranks.dropFirst().reduce(value(ranks.lowerBound, index)) { combine($0, value($1, index)) }
        }
        func arrayReference(_ ranks: Range<Int>, _ count: Int) -> [T] { (0..<count).map { reference(ranks, $0) } }
        let total = reference(0..<size, 0)
        Checks.equal(try communicator.allReduce(value(rank, 0), reduction), total, "\(name): allReduce value")
        let prefix = reference(0..<rank + 1, 0)
        Checks.equal(try communicator.scan(value(rank, 0), reduction), prefix, "\(name): scan value")
        let before = rank == 0 ? nil : reference(0..<rank, 0)
        Checks.equal(try communicator.exclusiveScan(value(rank, 0), reduction), before, "\(name): exclusive scan")
        // 75 fills the widest vector registers with the smallest elements, and leaves a remainder.
        for count in [0, 1, 75] {
            let values = (0..<count).map { value(rank, $0) }
            let expected = arrayReference(0..<size, count)
            Checks.equal(try communicator.allReduce(values, reduction), expected, "\(name): allReduce of \(count)")
            var copy = values
            var span = copy.mutableSpan
            try communicator.allReduce(&span, reduction)
            Checks.equal(copy, expected, "\(name): allReduce in place of \(count)")
            Checks.equal(
                try communicator.scan(values, reduction), arrayReference(0..<rank + 1, count),
                "\(name): scan of \(count)")
            Checks.equal(
                try communicator.exclusiveScan(values, reduction),
                rank == 0 ? nil : arrayReference(0..<rank, count), "\(name): exclusive scan of \(count)")
        }
        try checkRoots(communicator, name, reduction, (0..<4).map { value(rank, $0) }, arrayReference(0..<size, 4))
    }

    private static func checkRoots<T: MPIRepresentable & Equatable>(
        _ communicator: Communicator, _ name: String, _ reduction: Reduction<T>, _ values: [T], _ expected: [T]
    ) throws {
        for root in 0..<communicator.size {
            let isRoot = root == communicator.rank
            Checks.equal(
                try communicator.reduce(values[0], reduction, root: root), isRoot ? expected[0] : nil,
                "\(name): reduce value to \(root)")
            Checks.equal(
                try communicator.reduce(values, reduction, root: root), isRoot ? expected : nil,
                "\(name): reduce array to \(root)")
            var result = isRoot ? values : []
            var span = result.mutableSpan
            try communicator.reduce(values.span, into: &span, reduction, root: root)
            Checks.equal(result, isRoot ? expected : [], "\(name): reduce span to \(root)")
        }
    }
}
