// SPDX-License-Identifier: Apache-2.0
// What code can do inside a worker.

import Foundation
import Futures
import MPI
import MPIFutures
import Testing

@MainActor private var mainCount = 0

@MainActor func countOnMain() -> Int {
    mainCount += 1
    return mainCount
}

/// An error without a name in other files.
private struct SecretFailure: Error {}

/// Throws an error that can't travel as itself.
struct Failing: RemoteTask {
    func run() async throws -> Int { throw SecretFailure() }
}

@Suite(.onePoolAtATime, .timeLimit(.minutes(2)))
struct WorkerCodeTests {
    @Test func runsOnTheMainActor() async throws {
        try await withPool(workers: 1) { (pool: MPIExecutor) async throws in
            #expect(try await pool.submit(0) { _ in await countOnMain() }.value == 1)
            #expect(try await pool.submit(0) { _ in await countOnMain() }.value == 2)
            let isMain = try await pool.submit(0) { _ in
                await MainActor.run {
                    MainActor.assertIsolated()
                    return Thread.isMainThread
                }
            }.value
            #expect(isMain)
        }
    }

    @Test func startsChildProcesses() async throws {
        try await withPool(workers: 1) { (pool: MPIExecutor) async throws in
            let status = try await pool.submit("exit 3") { command in
                let process = Process()
                process.executableURL = URL(fileURLWithPath: "/bin/sh")
                process.arguments = ["-c", command]
                try process.run()
                process.waitUntilExit()
                return process.terminationStatus
            }.value
            #expect(status == 3)
            let text = try await pool.submit("printf %s \"$MPIFUTURES_WORKER$MPIFUTURES_SECRET\"; echo yes") {
                command in
                let process = Process()
                let output = Pipe()
                process.executableURL = URL(fileURLWithPath: "/bin/sh")
                process.arguments = ["-c", command]
                process.standardOutput = output
                try process.run()
                let data = output.fileHandleForReading.readDataToEndOfFile()
                process.waitUntilExit()
                return String(decoding: data, as: UTF8.self)
            }.value
            #expect(text == "yes\n", "what makes a process a worker is not passed on")
        }
    }

    @Test func usesTaskGroups() async throws {
        try await withPool(workers: 1) { (pool: MPIExecutor) async throws in
            let sum = try await pool.submit(100) { count in
                await withTaskGroup(of: Int.self) { group in
                    for number in 0..<count {
                        group.addTask {
                            await Task.yield()
                            return number
                        }
                    }
                    return await group.reduce(0, +)
                }
            }.value
            #expect(sum == 4950)
        }
    }

    @Test func hasNoPoolOfItsOwn() async throws {
        try await withPool(workers: 1) { (pool: MPIExecutor) async throws in
            let nested = await pool.submit(0) { (_: Int) -> Int in
                try await MPIExecutor.shared().workers
            }
            let error = await #expect(throws: ExecutorError.self) { try await nested.value }
            #expect(error?.code == .nestedSubmission)
            #expect(
                error?.message
                    == "this code runs in a worker, which can't have a pool of its own: submit from the program, and return "
                    + "from the task what is to be submitted next")
            let local = try await pool.submit(20) { input in
                try await LocalExecutor(concurrency: 2).submit(input) { $0 + 1 }.value
            }.value
            #expect(local == 21, "a local executor serves there")
        }
    }

    @Test func answersTenThousandSubmissions() async throws {
        try await withPool(workers: 2) { (pool: MPIExecutor) async throws in
            var futures: [Future<Int>] = []
            futures.reserveCapacity(10_000)
            for number in 0..<10_000 { futures.append(await pool.submit(number) { $0 * 3 }) }
            for (number, future) in futures.enumerated() { #expect(try await future.value == number * 3) }
        }
    }

    @Test func reportsProgressUpToTheEnd() async throws {
        try await withPool(workers: 1) { (pool: MPIExecutor) async throws in
            _ = try await pool.submit(0) { $0 }.value
            let future = await pool.submit(10) { (count: Int) -> Int in
                for step in 1...count {
                    TaskContext.current?.report(progress: Double(step) / Double(count), "step \(step)")
                }
                return count
            }
            var last: TaskProgress?
            for await report in future.progress {
                #expect(report.fraction >= last?.fraction ?? 0)
                last = report
            }
            #expect(last == TaskProgress(fraction: 1, message: "step 10"))
        }
    }

    @Test func namesTheWorkerOfAnErrorThatCannotTravel() async throws {
        try await withPool(workers: 1) { (pool: MPIExecutor) async throws in
            let single = await pool.submit(Failing())
            let error = await #expect(throws: RemoteTaskError.self) { try await single.value }
            #expect(error?.typeName == "SecretFailure")
            #expect(error?.worker == 0)
            #expect(error?.host == ProcessInfo.processInfo.hostName)
            await #expect(throws: RemoteTaskError.self) {
                for try await _ in pool.map([Failing(), Failing()], chunk: 2) {}
            }
        }
    }

    @Test func knowsItsContext() async throws {
        try await withPool(workers: 2) { (pool: MPIExecutor) async throws in
            let facts = try await pool.submit(0, options: TaskOptions(name: "facts")) { _ -> [String] in
                guard let context = TaskContext.current else { return [] }
                return [context.name, "\(context.rank) of \(context.ranks)", "\(context.submission)"]
            }.value
            #expect(facts == ["facts", "0 of 1", "0"])
            let ranks = try await pool.submit(0, ranks: 2) { _, communicator in
                let context = TaskContext.current
                return try communicator.allGather((context?.rank ?? -1) * 10 + (context?.ranks ?? -1))
            }.value
            #expect(ranks == [2, 12])
            #expect(TaskContext.current == nil)
        }
    }

    @Test func drawsTheRandomNumbersOfALocalExecutor() async throws {
        try await withPool(workers: 2) { (pool: MPIExecutor) async throws in
            func draws(_ executor: some FutureExecutor, _ chunk: Int?) async throws -> [UInt64] {
                var draws: [UInt64] = []
                let outputs = executor.map(0..<200, chunk: chunk) { _ in
                    var random = TaskContext.current?.random
                    return random?.next() ?? 0
                }
                for try await draw in outputs { draws.append(draw) }
                return draws
            }
            let reference = try await draws(LocalExecutor(concurrency: 1), 1)
            #expect(Set(reference).count == 200)
            #expect(try await draws(pool, nil) == reference)
        }
    }
}
