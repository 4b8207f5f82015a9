// SPDX-License-Identifier: Apache-2.0
// What would fail on the way to a worker fails in a rehearsing executor.

import Futures
import Testing

private struct HiddenTask: RemoteTask {
    func run() async throws -> Int { 1 }
}

private struct HiddenValue: Codable, Sendable {
    var value = 1
}

@Suite(.timeLimit(.minutes(1)))
struct RehearsalTests {
    private let executor = LocalExecutor(concurrency: 2, rehearses: true)

    /// Whatever has failed, the next task works.
    private func works() async throws {
        #expect(try await executor.submit(20) { $0 + 1 }.value == 21)
        #expect(try await executor.submit(Returning(value: [1.5, 2.5])).value == [1.5, 2.5])
    }

    @Test func failsAnOutputThatDoesNotEncode() async throws {
        let future = await executor.submit(0) { _ in Obstinate(.encoding) }
        let error = await #expect(throws: ExecutorError.self) { try await future.value }
        #expect(error?.code == .encodingFailed)
        #expect(error?.message.contains("The output Obstinate of the task") == true)
        #expect(error?.cause is Obstinate.Unwilling)
        try await works()
    }

    @Test func failsAnOutputThatDoesNotDecode() async throws {
        let future = await executor.submit(0) { _ in Obstinate(.decoding) }
        let error = await #expect(throws: ExecutorError.self) { try await future.value }
        #expect(error?.code == .decodingFailed)
        #expect(error?.cause is Obstinate.Unwilling)
        try await works()
    }

    @Test func failsAnInputThatDoesNotEncode() async throws {
        let future = await executor.submit(Obstinate(.encoding)) { _ in 1 }
        let error = await #expect(throws: ExecutorError.self) { try await future.value }
        #expect(error?.code == .encodingFailed)
        #expect(error?.cause is Obstinate.Unwilling)
        try await works()
    }

    @Test func failsAnInputThatDoesNotDecode() async throws {
        let future = await executor.submit(Obstinate(.decoding)) { _ in 1 }
        let error = await #expect(throws: ExecutorError.self) { try await future.value }
        #expect(error?.code == .decodingFailed)
        #expect(error?.cause is Obstinate.Unwilling)
        try await works()
    }

    @Test func failsTypesWithoutAName() async throws {
        let task = await executor.submit(HiddenTask())
        let taskError = await #expect(throws: ExecutorError.self) { try await task.value }
        #expect(taskError?.code == .typeNotShippable)
        #expect(taskError?.message.contains("'HiddenTask'") == true)
        #expect(taskError?.message.contains("Make it internal") == true)
        let output = await executor.submit(0) { _ in HiddenValue() }
        let outputError = await #expect(throws: ExecutorError.self) { try await output.value }
        #expect(outputError?.code == .typeNotShippable)
        let input = await executor.submit(HiddenValue()) { $0.value }
        let inputError = await #expect(throws: ExecutorError.self) { try await input.value }
        #expect(inputError?.code == .typeNotShippable)
        try await works()
    }

    @Test func failsClosuresThatCapture() async throws {
        let captured = Int.random(in: 0..<10)
        let future = await executor.submit(1) { $0 + captured }
        let error = await #expect(throws: ExecutorError.self) { try await future.value }
        #expect(error?.code == .closureNotShippable)
        #expect(error?.message.contains("pass what it captured as the input") == true)
        try await works()
    }

    @Test func refusesClosuresThatCaptureWithoutRehearsingToo() async throws {
        let captured = Int.random(in: 0..<10)
        let plain = LocalExecutor(concurrency: 1)
        let future = await plain.submit(1) { $0 + captured }
        let error = await #expect(throws: ExecutorError.self) { try await future.value }
        #expect(error?.code == .closureNotShippable)
    }

    @Test func sendsErrorsThroughTheCoder() async throws {
        let open = await executor.submit("why") { (reason: String) -> Int in throw Fault(reason: reason) }
        await #expect(throws: Fault(reason: "why")) { try await open.value }
        let hidden = await executor.submit(SecretFailure())
        let error = await #expect(throws: RemoteTaskError.self) { try await hidden.value }
        #expect(error?.typeName == "SecretFault")
        #expect(error?.message.contains("hidden") == true)
        try await works()
    }

    @Test func letsErrorsBeWhereItDoesNotRehearse() async throws {
        let hidden = await LocalExecutor(concurrency: 1).submit(SecretFailure())
        let result = await hidden.result
        #expect(throws: (any Error).self) { try result.get() }
        if case .failure(let error) = result { #expect(!(error is RemoteTaskError)) }
    }

    @Test func cancelsAsItDoesOtherwise() async throws {
        let gate = Gate()
        let future = await executor.submit(Visit(gate: gate))
        await gate.isReached(by: 1)
        future.cancel()
        await #expect(throws: CancellationError.self) { try await future.value }
        #expect(future.state == .cancelled)
    }
}
