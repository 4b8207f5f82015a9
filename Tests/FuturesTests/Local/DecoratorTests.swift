// SPDX-License-Identifier: Apache-2.0
// Executors that users write around others, with nothing but the public interface.

import Foundation
import Futures
import Testing

/// Notes what passes.
actor Recorder: FutureExecutor {
    private let base: any FutureExecutor
    private(set) var names: [String] = []

    init(around base: any FutureExecutor) { self.base = base }

    func submit<Task: RemoteTask>(_ task: Task, options: TaskOptions) async -> Future<Task.Output> {
        names.append(options.name ?? "\(Task.self)")
        return await base.submit(task, options: options)
    }
}

/// Gives the same future for the same task.
actor Cache: FutureExecutor {
    private let base: any FutureExecutor
    private var futures: [Data: any Sendable] = [:]
    private(set) var hits = 0

    init(around base: any FutureExecutor) { self.base = base }

    var concurrency: Int {
        get async { await base.concurrency }
    }

    func submit<Task: RemoteTask>(_ task: Task, options: TaskOptions) async -> Future<Task.Output> {
        let key: Data
        do {
            key = try Data("\(Task.self)".utf8) + JSONEncoder().encode(task)
        } catch {
            return Future(error: error)
        }
        if let known = futures[key] as? Future<Task.Output> {
            hits += 1
            return known
        }
        let future = await base.submit(task, options: options)
        futures[key] = future
        return future
    }
}

/// Answers by itself, with a promise.
actor Oracle: FutureExecutor {
    func submit<Work: RemoteTask>(_ task: Work, options: TaskOptions) async -> Future<Work.Output> {
        let promise = Promise<Work.Output>()
        Task {
            do {
                promise.succeed(try await task.run())
            } catch {
                promise.fail(error)
            }
        }
        return promise.future
    }
}

@Suite(.timeLimit(.minutes(1)))
struct DecoratorTests {
    @Test func recordsClosuresTasksAndMaps() async throws {
        let recorder = Recorder(around: LocalExecutor(concurrency: 2, rehearses: true))
        #expect(try await recorder.submit(1, options: TaskOptions(name: "one")) { $0 + 1 }.value == 2)
        #expect(try await recorder.submit(Returning(value: "x")).value == "x")
        var outputs: [Int] = []
        for try await output in recorder.map(0..<10, options: TaskOptions(name: "map"), chunk: 5, { $0 * $0 }) {
            outputs.append(output)
        }
        #expect(outputs == (0..<10).map { $0 * $0 })
        #expect(await recorder.names == ["one", "Returning<String>", "map", "map"])
        #expect(await recorder.concurrency >= 1)
    }

    @Test(arguments: [nil, 4])
    func cachesClosuresAndMaps(chunk: Int?) async throws {
        let recorder = Recorder(around: LocalExecutor(concurrency: 2))
        let cache = Cache(around: recorder)
        #expect(await cache.concurrency >= 1)
        for _ in 0..<3 {
            #expect(try await cache.submit(6) { $0 * 7 }.value == 42)
            // Another closure with the same types and the same input.
            #expect(try await cache.submit(6) { $0 * 8 }.value == 48)
            #expect(try await cache.submit(Returning(value: 5)).value == 5)
        }
        #expect(await cache.hits == 6)
        #expect(await recorder.names.count == 3)
        for _ in 0..<2 {
            var outputs: [Int] = []
            for try await output in cache.map(0..<20, chunk: chunk, { $0 + 1 }) { outputs.append(output) }
            #expect(outputs == Array(1...20))
        }
        if chunk != nil { #expect(await cache.hits == 11) }
    }

    @Test func nestsAndPassesErrorsOn() async throws {
        let executor = Cache(around: Recorder(around: Cache(around: LocalExecutor(concurrency: 1))))
        let future = await executor.submit("x") { (reason: String) -> Int in throw Fault(reason: reason) }
        await #expect(throws: Fault(reason: "x")) { try await future.value }
        let captured = Int.random(in: 0..<5)
        let refused = await executor.submit(1) { $0 + captured }
        let error = await #expect(throws: ExecutorError.self) { try await refused.value }
        #expect(error?.code == .closureNotShippable)
    }

    @Test func mapsOnAnExecutorMadeOfPromises() async throws {
        let oracle = Oracle()
        var outputs: [Int] = []
        for try await output in oracle.map(0..<500, { $0 + 1 }) { outputs.append(output) }
        #expect(outputs == Array(1...500))
        var unordered: Set<Int> = []
        for try await output in oracle.mapUnordered(0..<500, { $0 + 1 }) { unordered.insert(output) }
        #expect(unordered == Set(1...500))
        try await oracle.submit(1) { (_: Int) in }.value
    }
}
