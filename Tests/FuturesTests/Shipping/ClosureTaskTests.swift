// SPDX-License-Identifier: Apache-2.0
// Closures that are encoded and decoded in one process, and encodings that are damaged.

import Testing

@testable import Futures

@Suite(.timeLimit(.minutes(1))) struct ClosureTaskTests {
    private func decoded<Work: RemoteTask>(_ task: Work) throws -> Work {
        let payload = try TaskPayload.encode(task)
        return try #require(try TaskPayload(typeName: payload.typeName, value: payload.value).task() as? Work)
    }

    @Test func closuresOfATestBundleComeBack() async throws {
        #expect(try await decoded(ClosureTask(20) { $0 + 1 }).run() == 21)
        #expect(try await decoded(SupplierTask { "made" }).run() == "made")
        #expect(try await decoded(ConsumerTask([1]) { _ = $0 }).run() == NoValue())
        #expect(try await decoded(ActionTask {}).run() == NoValue())
    }

    @Test func inputComesBack() throws {
        let task = try ClosureTask(["a": [1, nil]]) { $0.count }
        #expect(try decoded(task).input == ["a": [1, nil]])
    }

    @Test func checkedClosureServesForManyInputs() async throws {
        let closure = try ClosureTask(0) { $0 * $0 }.closure
        var squares: [Int] = []
        for number in 1...3 { squares.append(try await decoded(ClosureTask(number, closure: closure)).run()) }
        #expect(squares == [1, 4, 9])
    }

    @Test func contextIsRefusedWithBothCausesAndAllWaysOut() throws {
        let captured = CommandLine.arguments.count
        let error = #expect(throws: ExecutorError.self) { try ClosureTask(1) { $0 + captured } }
        let refusal = try #require(error)
        #expect(refusal.code == .closureNotShippable)
        let words = [
            "ClosureTaskTests.swift", "captures", "converted", "named function", "key path", "{ f($0) }", "input",
            "RemoteTask",
        ]
        for word in words { #expect(refusal.message.contains(word), "'\(word)' is missing in: \(refusal.message)") }
    }

    @Test func buildOfAnotherProgramIsAMismatch() throws {
        let error = #expect(throws: ExecutorError.self) {
            try CodeReference(image: ImageIdentity(high: 1, low: 2), offset: 8).address()
        }
        #expect(error?.code == .imageMismatch)
        #expect(error?.message.contains("00000000000000010000000000000002") == true)
    }

    @Test func wrongOffsetIsDamage() throws {
        let right = try ClosureTask(1) { $0 }.closure.reference
        for offset in [0, right.offset + 4, .max] {
            let error = #expect(throws: ExecutorError.self) {
                try CodeReference(image: right.image, offset: offset).address()
            }
            #expect(error?.code == .decodingFailed)
        }
    }

    @Test func damagedPayloadKeepsTheReferencesReason() throws {
        let typeName = try TypeName.shippable(ClosureTask<Int, Int>.self)
        let stranger = Forged(closure: CodeReference(image: ImageIdentity(high: 1, low: 2), offset: 8), input: 1)
        let payload = TaskPayload(typeName: typeName, value: try TaskPayload.encode(stranger).value)
        let error = #expect(throws: ExecutorError.self) { try payload.task() }
        #expect(error?.code == .imageMismatch)
    }

    @Test func sameClosureHasOneReference() throws {
        func make() throws -> CodeReference { try ClosureTask(1) { $0 - 1 }.closure.reference }
        let other = try ClosureTask(1) { $0 - 2 }.closure.reference
        #expect(try make() == make())
        #expect(try make() != other)
        #expect(try make().address() == make().address())
    }
}

/// Encodes as a ``ClosureTask`` does, with a reference of any value.
struct Forged: RemoteTask {
    let closure: CodeReference
    let input: Int

    init(closure: CodeReference, input: Int) {
        self.closure = closure
        self.input = input
    }

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        closure = try CodeReference(from: &container)
        input = try container.decode(Int.self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try closure.encode(to: &container)
        try container.encode(input)
    }

    @concurrent func run() async throws -> Int { input }
}
