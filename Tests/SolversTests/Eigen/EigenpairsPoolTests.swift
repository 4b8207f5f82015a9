// SPDX-License-Identifier: Apache-2.0
// The call on a pool of MPI workers.

import Foundation
import Futures
import MPI
import MPIFutures
import Solvers
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)))
struct EigenpairsPoolTests {
    @Test("All workers of a pool solve together", arguments: [1, 2, 3])
    func allWorkers(workers: Int) async throws {
        let pool = try await MPIExecutor(workers: workers)
        // Two solves and a single task at a time: the pool brings them into an order.
        async let first = pool.eigenpairs(of: HeisenbergChain(sites: 10), count: 4)
        async let second = pool.eigenpairs(of: HeisenbergChain(sites: 8, cyclic: true), count: 1)
        async let single = pool.submit(20) { $0 + 1 }
        let pairs = try await first.value
        // CONFORMANCE.md, part D.
        let triple = -3.930673589502
        #expect(zip(pairs.values, [-4.258035207283, triple, triple, triple]).allSatisfy { abs($0 - $1) < 1e-9 })
        #expect(pairs.solver == .slepc(ranks: workers))
        #expect(pairs.isLastLevelCut == false && pairs.residuals.allSatisfy { $0 < 1e-8 })
        #expect(pairs.vectors.count == 4 * 1024)
        #expect(abs(try await second.value.values[0] + 3.651093408937) < 1e-9)
        #expect(try await single.value == 21)
        await pool.shutdown()
    }

    @Test("An error on one rank is the future's error, and the pool serves on")
    func errors() async throws {
        let pool = try await MPIExecutor(workers: 2)
        for _ in 0..<5 {
            let failed = await pool.eigenpairs(of: ThrowingOperator(), count: 1).result
            #expect(throws: ThrowingOperator.Failure(row: 99)) { try failed.get() }
            let pairs = try await pool.eigenpairs(of: HeisenbergChain(sites: 4), count: 1).value
            #expect(abs(pairs.values[0] + 1.616025403784) < 1e-9)
        }
        await pool.shutdown()
    }

    @Test("A cancelled solve ends, and the pool serves on")
    func cancelling() async throws {
        let pool = try await MPIExecutor(workers: 2)
        // So tight that it would take minutes.
        let options = EigenOptions(tolerance: 2e-15, maximumRestarts: 1_000_000)
        let future = await pool.eigenpairs(of: HeisenbergChain(sites: 16), count: 1, options: options)
        for await progress in future.progress where progress.message == "eigenpairs" {
            future.cancel()
            break
        }
        let result = await future.result
        #expect(throws: CancellationError.self) { try result.get() }
        let pairs = try await pool.eigenpairs(of: HeisenbergChain(sites: 4), count: 1).value
        #expect(abs(pairs.values[0] + 1.616025403784) < 1e-9)
        await pool.shutdown()
    }

    @Test("A worker that is lost in the middle of a solve ends it, and the pool serves on")
    func losing() async throws {
        let pool = try await MPIExecutor(workers: 2)
        let pids = try await pool.submit(0, ranks: 2) { _, communicator in try communicator.allGather(Int(getpid())) }
            .value
        let options = EigenOptions(tolerance: 2e-15, maximumRestarts: 1_000_000)
        let future = await pool.eigenpairs(of: HeisenbergChain(sites: 16), count: 1, options: options)
        for await progress in future.progress where progress.message == "eigenpairs" {
            // The other one waits inside PETSc now.
            kill(pid_t(pids[1]), SIGKILL)
            break
        }
        let result = await future.result
        let error = #expect(throws: ExecutorError.self) { try result.get() }
        #expect(error?.code == .workerLost)
        let pairs = try await pool.eigenpairs(of: HeisenbergChain(sites: 4), count: 1).value
        #expect(abs(pairs.values[0] + 1.616025403784) < 1e-9)
        await pool.shutdown()
    }
}
