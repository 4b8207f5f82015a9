// SPDX-License-Identifier: Apache-2.0
// The overloads of an executor's `submit` pick the right task for each shape of closure.

import Testing

@testable import Futures

/// Stands for an executor: the overloads that one has, returning the task that each would submit.
private struct Overloads {
    func submit<Input: Codable & Sendable, Output: Codable & Sendable>(
        _ input: Input, fileID: String = #fileID, _ body: @escaping @Sendable @concurrent (Input) async throws -> Output
    ) throws -> any RemoteTask {
        try ClosureTask(input, body: body, fileID: fileID)
    }

    func submit<Output: Codable & Sendable>(
        fileID: String = #fileID, _ body: @escaping @Sendable @concurrent () async throws -> Output
    ) throws -> any RemoteTask {
        try SupplierTask(body: body, fileID: fileID)
    }

    func submit<Input: Codable & Sendable>(
        _ input: Input, fileID: String = #fileID, _ body: @escaping @Sendable @concurrent (Input) async throws -> Void
    ) throws -> any RemoteTask {
        try ConsumerTask(input, body: body, fileID: fileID)
    }

    func submit(
        fileID: String = #fileID, _ body: @escaping @Sendable @concurrent () async throws -> Void
    ) throws -> any RemoteTask {
        try ActionTask(body: body, fileID: fileID)
    }
}

@Suite struct OverloadTests {
    private let pool = Overloads()

    @Test func inputAndOutput() throws {
        #expect(try pool.submit(1) { $0 + 1 } is ClosureTask<Int, Int>)
        #expect(try pool.submit("1") { Int($0) } is ClosureTask<String, Int?>)
    }

    @Test func outputAlone() throws {
        #expect(try pool.submit { 42 } is SupplierTask<Int>)
    }

    @Test func inputAlone() throws {
        #expect(try pool.submit(3) { print($0) } is ConsumerTask<Int>)
    }

    @Test func neither() throws {
        #expect(try pool.submit { print("here") } is ActionTask)
        #expect(try pool.submit {} is ActionTask)
    }
}
