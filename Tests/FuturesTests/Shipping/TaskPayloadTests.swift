// SPDX-License-Identifier: Apache-2.0
// Tasks become bytes and run from them; what fails on the way says what and where.

import Testing

@testable import Futures

/// Encodes or decodes only if it is told to.
struct Fragile: Codable, Sendable, Equatable {
    struct Broken: Error, Equatable {}

    var encodes = true
    var decodes = true

    init(encodes: Bool = true, decodes: Bool = true) {
        self.encodes = encodes
        self.decodes = decodes
    }

    init(from decoder: any Decoder) throws {
        decodes = try decoder.singleValueContainer().decode(Bool.self)
        if !decodes { throw Broken() }
    }

    func encode(to encoder: any Encoder) throws {
        if !encodes { throw Broken() }
        var container = encoder.singleValueContainer()
        try container.encode(decodes)
    }
}

/// Returns its input.
struct Echo<Value: Codable & Sendable>: RemoteTask {
    let value: Value

    @concurrent func run() async throws -> Value { value }
}

/// Returns something that doesn't encode.
struct BadOutput: RemoteTask {
    @concurrent func run() async throws -> Fragile { Fragile(encodes: false) }
}

/// Throws.
struct Throwing: RemoteTask {
    @concurrent func run() async throws -> Int { throw Fragile.Broken() }
}

@Suite(.timeLimit(.minutes(1))) struct TaskPayloadTests {
    @Test func taskRunsFromItsBytes() async throws {
        let payload = try TaskPayload.encode(Echo(value: ["a": [1.5, -0.25]]))
        let bytes = try await TaskPayload(typeName: payload.typeName, value: payload.value).run()
        #expect(try TaskPayload.output(of: Echo<[String: [Double]]>.self, from: bytes) == ["a": [1.5, -0.25]])
    }

    @Test func unencodableInputIsNamed() throws {
        let error = #expect(throws: ExecutorError.self) { try TaskPayload.encode(Echo(value: Fragile(encodes: false))) }
        try expect(error, .encodingFailed, "The task Echo<Fragile>, with its input,")
    }

    @Test func undecodableInputIsNamed() async throws {
        let payload = try TaskPayload.encode(Echo(value: Fragile(decodes: false)))
        let error = await #expect(throws: ExecutorError.self) { try await payload.run() }
        try expect(error, .decodingFailed, "The task Echo<Fragile>, with its input,")
    }

    @Test func unencodableOutputIsNamed() async throws {
        let payload = try TaskPayload.encode(BadOutput())
        let error = await #expect(throws: ExecutorError.self) { try await payload.run() }
        try expect(error, .encodingFailed, "The output Fragile of the task BadOutput")
    }

    @Test func undecodableOutputIsNamed() async throws {
        let bytes = try await TaskPayload.encode(Echo(value: false)).run()
        let error = #expect(throws: ExecutorError.self) { try TaskPayload.output(of: BadOutput.self, from: bytes) }
        try expect(error, .decodingFailed, "The output Fragile of the task BadOutput")
    }

    @Test func taskThrowsItsOwnError() async throws {
        let payload = try TaskPayload.encode(Throwing())
        await #expect(throws: Fragile.Broken()) { try await payload.run() }
    }

    @Test func cutBytesAreDecodingFailures() throws {
        let payload = try TaskPayload.encode(Echo(value: ["some text", "more"]))
        for count in 0..<payload.value.bytes.count {
            let bytes = Array(payload.value.bytes.prefix(count))
            let cut = TaskPayload(typeName: payload.typeName, value: EncodedPayload(bytes))
            let error = #expect(throws: ExecutorError.self, "\(count) bytes") { try cut.task() }
            #expect(error?.code == .decodingFailed)
        }
    }

    private func expect(_ error: ExecutorError?, _ code: ExecutorError.Code, _ start: String) throws {
        let error = try #require(error)
        #expect(error.code == code)
        #expect(error.message.hasPrefix(start), "\(error.message)")
        #expect(error.cause is Fragile.Broken)
    }
}
