// SPDX-License-Identifier: Apache-2.0
// The frame of the checks: names, tolerances and what is printed.

import MPI
import Solvers

/// Why a check failed.
struct CheckFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// The checks of the solvers on one world.
struct Checks {
    /// All ranks.
    let world: Communicator

    /// Runs a check and prints how it went.
    func check(_ name: String, _ body: () throws -> Void) {
        do {
            try body()
            if world.rank == 0 { print("ok \(name)") }
        } catch {
            print("FAILED \(name) on rank \(world.rank) of \(world.size): \(error)")
        }
    }

    /// Solves on all ranks and verifies what holds for every result.
    func solve<Operator: LinearOperator>(
        _ linearOperator: Operator, _ count: Int, _ which: Which = .smallestReal,
        _ options: EigenOptions = EigenOptions(), residualBound: Double = 1e-8
    ) throws -> Eigenpairs {
        let request = EigenRequest(of: linearOperator, count: count, which: which, options: options)
        let pairs = try SLEPcEigenSolver(request, on: world).solve()
        try expect(pairs.count == count, "\(pairs.count) pairs for \(count)")
        try expect(pairs.solver == .slepc(ranks: world.size), "solver \(pairs.solver)")
        try expect(pairs.values == pairs.values.sorted(), "not ascending: \(pairs.values)")
        try expect(pairs.residuals.allSatisfy { $0 < residualBound }, "residuals \(pairs.residuals)")
        try expect(pairs.orthogonalityDefect < 1e-10, "defect \(pairs.orthogonalityDefect)")
        if world.rank == 0, options.wantsVectors {
            try verifyVectors(pairs, linearOperator, residualBound)
        } else {
            try expect(pairs.vectors.isEmpty, "rank \(world.rank) has vectors")
        }
        return pairs
    }

    /// Recomputes residuals and norms from the gathered vectors and the operator's rows.
    private func verifyVectors<Operator: LinearOperator>(
        _ pairs: Eigenpairs, _ linearOperator: Operator, _ bound: Double
    ) throws {
        let dimension = linearOperator.shape.rows
        try expect(pairs.vectors.count == dimension * pairs.count, "\(pairs.vectors.count) numbers")
        // Large ones take long without optimisation.
        if dimension > 5000 { return }
        let rows = try linearOperator.rows(0..<dimension)
        for index in 0..<pairs.count {
            let vector = Array(pairs.vector(index))
            var (residual, norm) = (0.0, 0.0)
            for row in 0..<dimension {
                var sum = -pairs.values[index] * vector[row]
                for entry in Int(rows.rowOffsets[row])..<Int(rows.rowOffsets[row + 1]) {
                    sum += rows.values[entry] * vector[Int(rows.columns[entry])]
                }
                residual += sum * sum
                norm += vector[row] * vector[row]
            }
            try expect(residual.squareRoot() < bound, "gathered residual \(residual.squareRoot())")
            try expect(abs(norm - 1) < 1e-10, "gathered norm² \(norm)")
        }
    }

    /// Fails unless a condition holds.
    func expect(_ condition: Bool, _ text: @autoclosure () -> String) throws {
        if !condition { throw CheckFailure(text()) }
    }

    /// Fails unless two values are equal.
    func expect<Value: Equatable>(_ value: Value, is expected: Value) throws {
        try expect(value == expected, "\(value) in place of \(expected)")
    }

    /// Fails unless values agree within a tolerance.
    func expect(_ values: [Double], near references: [Double], within tolerance: Double = 1e-9) throws {
        let agrees =
            values.count == references.count && zip(values, references).allSatisfy { abs($0 - $1) <= tolerance }
        try expect(agrees, "values \(values), references \(references)")
    }

    /// Fails unless a body throws a `SolverError` with a code.
    func expect(_ code: SolverError.Code, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as SolverError where error.code == code {
            return
        }
        throw CheckFailure("nothing thrown in place of \(code)")
    }
}
