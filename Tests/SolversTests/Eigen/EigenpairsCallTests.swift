// SPDX-License-Identifier: Apache-2.0
// The call on executors.

import Futures
import Solvers
import Testing

@Suite struct EigenpairsCallTests {
    @Test("A local executor solves small problems by LAPACK", .timeLimit(.minutes(1)), arguments: [false, true])
    func local(rehearses: Bool) async throws {
        let executor = LocalExecutor(rehearses: rehearses)
        let pairs = try await executor.eigenpairs(of: HeisenbergChain(sites: 8), count: 2).value
        #expect(pairs.solver == .lapack)
        #expect(abs(pairs.values[0] + 3.374932598688) < 1e-9)
        #expect(pairs.vector(1).count == 256)
        await executor.shutdown()
    }

    @Test("What is too large for it names the way out", .timeLimit(.minutes(1)))
    func tooLarge() async throws {
        let executor = LocalExecutor()
        let result = await executor.eigenpairs(of: HeisenbergChain(sites: 13), count: 1).result
        let error = #expect(throws: SolverError.self) { try result.get() }
        #expect(error?.code == .tooLargeForLocal)
        #expect(error?.message.contains("MPIExecutor") == true)
        await executor.shutdown()
    }

    @Test("A senseless request fails before it is submitted", .timeLimit(.minutes(1)))
    func senseless() async throws {
        actor Refusing: FutureExecutor {
            func submit<Task: RemoteTask>(_ task: Task, options: TaskOptions) async -> Future<Task.Output> {
                Issue.record("submitted")
                return Future(error: CancellationError())
            }
        }
        let result = await Refusing().eigenpairs(of: HeisenbergChain(sites: 4), count: 17).result
        let error = #expect(throws: SolverError.self) { try result.get() }
        #expect(error?.code == .invalidArgument)
    }

    @Test("A decorator passes solves through as collective tasks", .timeLimit(.minutes(1)))
    func decorator() async throws {
        actor Recorder: FutureExecutor {
            let base = LocalExecutor()
            var options: [TaskOptions] = []
            func submit<Task: RemoteTask>(_ task: Task, options: TaskOptions) async -> Future<Task.Output> {
                self.options.append(options)
                return await base.submit(task, options: options)
            }
        }
        let recorder = Recorder()
        let pairs = try await recorder.eigenpairs(of: HeisenbergChain(sites: 4), count: 1).value
        #expect(abs(pairs.values[0] + 1.616025403784) < 1e-9)
        #expect(await recorder.options.map(\.ranks) == [.all])
    }
}
