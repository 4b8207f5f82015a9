// SPDX-License-Identifier: Apache-2.0
// Several executors on the same workers, and their initializers.

import Testing

@testable import Futures

@Suite(.timeLimit(.minutes(1)))
struct DispatchClientTests {
    private let scene = Scene(workers: 2)
    private let initializer = TaskPayload(typeName: "", value: EncodedPayload())

    private func client(initialized: Bool) -> DispatchClient {
        let client = DispatchClient(initializer: initialized ? initializer : nil)
        scene.dispatcher.add(client)
        return client
    }

    private func submit(_ name: String, _ client: DispatchClient, retries: Int = 0) async -> Future<Int> {
        await scene.dispatcher.submit(
            .local { 0 }, of: Answer.self, by: client, gang: nil, options: TaskOptions(name: name, retries: retries))
    }

    private func error(_ future: Future<Int>) async -> ExecutorError? {
        await #expect(throws: ExecutorError.self) { try await future.value }
    }

    @Test func numbersTheSubmissionsOfEachClientFromZero() async {
        let (first, second) = (client(initialized: false), client(initialized: false))
        #expect([first, second, first].map { $0.header(TaskOptions()).number } == [0, 0, 1])
        #expect(first.number != second.number)
    }

    @Test func tellsEveryWorkerOfTheInitializerAheadOfTasks() async {
        let client = client(initialized: true)
        _ = await submit("task", client)
        #expect(scene.pool.log.prefix(2) == [.initialize(WorkerID(0)), .initialize(WorkerID(1))])
        scene.dispatcher.workerJoined(WorkerID(2), JobID(0))
        #expect(scene.pool.log.last == .initialize(WorkerID(2)))
    }

    @Test func failsWithTheCauseWhereTheInitializerThrows() async throws {
        let client = client(initialized: true)
        let other = self.client(initialized: false)
        let (pending, healthy) = (await submit("pending", client), await submit("healthy", other))
        let report = WorkerReport.initializerFailed(client: client.number, TestFailure())
        scene.dispatcher.received([report], from: WorkerID(0))
        let failure = await error(pending)
        #expect(failure?.code == .initializerFailed)
        #expect(failure?.cause is TestFailure)
        #expect(failure?.message.hasPrefix("the initializer failed on worker 0") == true)
        #expect(await error(submit("later", client))?.code == .initializerFailed)
        scene.answer(1, 5, from: 1)
        #expect(try await healthy.value == 5, "another executor on the same workers is not concerned")
        await #expect(throws: ExecutorError.self) { try await scene.dispatcher.bootUp(client) }
    }

    @Test func failsWhereAWorkerDiesInTheInitializer() async {
        let client = client(initialized: true)
        let pending = await submit("pending", client, retries: 3)
        let loss = ExecutorError(.workerLost, "gone")
        scene.dispatcher.workerLost(WorkerID(0), .known(nil), loss)
        let failure = await error(pending)
        #expect(failure?.code == .initializerFailed, "its replacement would die as well, without an end")
        #expect(failure?.cause as? ExecutorError == loss)
    }

    @Test func survivesALossAfterTheInitializer() async throws {
        let client = client(initialized: true)
        scene.dispatcher.received([.initialized(client: client.number)], from: WorkerID(0))
        scene.dispatcher.received([.initialized(client: client.number)], from: WorkerID(1))
        let pending = await submit("pending", client, retries: 1)
        scene.dispatcher.workerLost(WorkerID(0), .known(TaskID(0)), ExecutorError(.workerLost, "gone"))
        scene.answer(0, 3, from: 1)
        #expect(try await pending.value == 3)
    }

    @Test func bootsWhenEveryWorkerHasRunTheInitializer() async throws {
        let client = client(initialized: true)
        scene.dispatcher.received([.initialized(client: client.number)], from: WorkerID(0))
        let boot = Task { [scene] in try await scene.dispatcher.bootUp(client) }
        await until { scene.waitingBoots == 1 }
        scene.dispatcher.received([.initialized(client: client.number)], from: WorkerID(1))
        try await boot.value
        try await scene.dispatcher.bootUp(client)
    }

    @Test func drainsOneClientAndServesTheOther() async throws {
        let (first, second) = (client(initialized: false), client(initialized: false))
        let running = await submit("running", first)
        scene.dispatcher.received([.started(0)], from: WorkerID(0))
        _ = await submit("other", second)
        let queued = await submit("queued", first)
        let close = Task { [scene] in await scene.dispatcher.close(first, cancelPending: true) }
        await #expect(throws: CancellationError.self) { try await queued.value }
        #expect(await error(submit("late", first))?.code == .shutDown)
        scene.answer(0, 1)
        #expect(try await running.value == 1, "what runs is not cancelled")
        await close.value
        await scene.dispatcher.close(first, cancelPending: false)
        scene.answer(1, 2, from: 1)
        // The refused one has a number as well.
        let served = await submit("served", second)
        scene.answer(4, 4)
        #expect(try await served.value == 4)
    }
}

private struct TestFailure: Error {}
