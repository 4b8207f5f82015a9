// SPDX-License-Identifier: Apache-2.0
// What must fail, on every rank and with the right words, and leave the gang clean.

import Futures
import MPI
import SLEPc
import Solvers

extension Checks {
    func errors() {
        check("counts out of range") {
            let chain = HeisenbergChain(sites: 3)
            try expect(.invalidArgument) { _ = try solve(chain, 0) }
            try expect(.invalidArgument) { _ = try solve(chain, 9) }
            try expect(.invalidOperator) { _ = try solve(HeisenbergChain(sites: 31), 1) }
            try expect(.invalidArgument) { _ = try solve(chain, 1, .smallestReal, EigenOptions(tolerance: 0)) }
            try expect(.invalidArgument) { _ = try solve(chain, 1, .smallestReal, EigenOptions(subspaceSize: 9)) }
        }
        let ways: [(Misbehaving.Way, SolverError.Code)] = [
            (.throwing, .invalidArgument), (.infinite, .invalidOperator), (.tooFewRows, .invalidOperator),
            (.columnOutOfRange, .invalidOperator),
        ]
        for (way, code) in ways {
            check("an operator that is \(way.rawValue) on the last rank") {
                // The same error on all ranks, whoever's answer comes first.
                try expect(code) { _ = try solve(Misbehaving(way: way), 1) }
            }
        }
        check("an operator that is not symmetric") {
            try expect(.notSymmetric) { _ = try solve(Misbehaving(way: .asymmetric), 1) }
        }
        check("a misspelt option") {
            let options = EigenOptions(slepcOptions: ["eps_tpye": "lanczos"])
            try expect(.invalidArgument) { _ = try solve(HeisenbergChain(sites: 5), 1, .smallestReal, options) }
        }
        check("an option of SLEPc's") {
            let options = EigenOptions(slepcOptions: ["eps_type": "lanczos", "eps_lanczos_reorthog": "full"])
            try expect(try solve(HeisenbergChain(sites: 4), 1, .smallestReal, options).values, near: [-1.616025403784])
        }
        check("too few restarts") {
            let options = EigenOptions(maximumRestarts: 1)
            do {
                _ = try solve(HeisenbergChain(sites: 12), 5, .smallestReal, options)
                throw CheckFailure("converged")
            } catch let error as SolverError where error.code == .notConverged {
                try expect(error.diagnostics?.restarts == 1, "\(error)")
            }
        }
        check("the gang is clean afterwards") {
            try expect(try solve(HeisenbergChain(sites: 4), 1).values, near: [-1.616025403784])
        }
    }

    func session() {
        check("an error of PETSc's has a stack") {
            do {
                let partition = RowPartition(dimension: 4, size: world.size)
                let own = partition.rows(of: world.rank)
                let rows = DistributedMatrix.LocalRows(
                    rowOffsets: (0...own.count).map(Int32.init), columns: own.map(Int32.init),
                    values: own.map(Double.init))
                try DistributedMatrix.with(partition: partition, on: world, rows: { rows }) { matrix in
                    try matrix.withVectors { found in
                        let run = KrylovSchur(
                            wanted: 3, part: .smallest, subspace: 2, tolerance: 1e-8, maximumRestarts: 9, seed: 1
                        ) { _ in false }
                        _ = try run.solve(matrix, extending: found)
                    }
                }
                throw CheckFailure("a subspace of 2 for 3 pairs was accepted")
            } catch let error as PETScError {
                try expect(error.code > 0 && error.stack.count > 1, "\(error)")
                try expect(error.message.contains("ncv"), "\(error)")
            }
        }
    }

    /// What needs a task's context.
    ///
    /// The last check cancels the task that all of this runs in.
    func runAsynchronous() async {
        await asynchronousCheck("a task finds its gang's communicator") {
            let task = EigenpairsTask(EigenRequest(of: HeisenbergChain(sites: 8), count: 1, which: .smallestReal))
            let pairs = try await TaskContext.$current.withValue(context()) { try await task.run() }
            try expect(pairs.solver == .slepc(ranks: world.size), "\(pairs.solver)")
            try expect(pairs.values, near: [-3.374932598688])
        }
        check("a task that is cancelled on one rank in the middle ends on all") {
            let isLast = world.rank == world.size - 1
            // The report comes from inside SLEPc, before its first restart.
            let context = context { _ in if isLast { withUnsafeCurrentTask { $0?.cancel() } } }
            do {
                _ = try TaskContext.$current.withValue(context) { try solve(HeisenbergChain(sites: 12), 5) }
                throw CheckFailure("solved")
            } catch is CancellationError {
                return
            }
        }
    }

    private func context(_ progress: (@Sendable (TaskProgress) -> Void)? = nil) -> TaskContext {
        TaskContext(
            name: "check", submission: 0, worker: world.rank, rank: world.rank, ranks: world.size, stream: 0, seed: 0,
            attachment: world, progressSink: progress)
    }

    private func asynchronousCheck(_ name: String, _ body: () async throws -> Void) async {
        do {
            try await body()
            if world.rank == 0 { print("ok \(name)") }
        } catch {
            print("FAILED \(name) on rank \(world.rank) of \(world.size): \(error)")
        }
    }

    /// Prints where the time goes for a chain: sites, count, and 1 for the completeness check.
    func time(_ arguments: [Int]) throws {
        let (sites, count, checked) = (arguments[0], arguments[1], arguments[2] == 1)
        let options = EigenOptions(
            subspaceSize: arguments.count > 3 ? arguments[3] : nil, completeness: checked ? .checked : .unchecked)
        for _ in 0..<3 {
            let pairs = try solve(HeisenbergChain(sites: sites), count, .smallestReal, options)
            if world.rank == 0 { print(pairs.values, pairs.iterations, pairs.timings, pairs.timings.total) }
        }
    }
}
