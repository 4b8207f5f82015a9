// SPDX-License-Identifier: Apache-2.0
// Errors travel as themselves where they can, and as their description where they can't.

import Testing

@testable import Futures

struct Diverged: Error, Codable, Equatable {
    let steps: Int
}

enum Reason<Detail: Codable & Sendable & Equatable>: Error, Codable, Equatable {
    case detail(Detail)
}

private struct Secret: Error, Codable {
    var number = 7
}

struct Uncoded: Error, CustomStringConvertible {
    var description: String { "the matrix is singular" }
}

struct Stubborn: Error, Codable, CustomStringConvertible {
    var description: String { "stubborn" }

    init() {}

    init(from decoder: any Decoder) throws { throw Uncoded() }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(1)
    }
}

@Suite struct ErrorPayloadTests {
    /// What arrives of an error.
    private func travelled(_ error: any Error) throws -> any Error {
        let bytes = try BinaryEncoder().encode(ErrorPayload(error, worker: 3, host: "node7"))
        return try BinaryDecoder().decode(ErrorPayload.self, from: bytes).error
    }

    @Test func codableErrorsArriveAsThemselves() throws {
        #expect(try travelled(Diverged(steps: 4)) as? Diverged == Diverged(steps: 4))
        #expect(try travelled(Reason.detail(["a"])) as? Reason<[String]> == .detail(["a"]))
    }

    @Test func cancellationArrivesAsItself() throws {
        #expect(try travelled(CancellationError()) is CancellationError)
    }

    @Test func executorErrorsArriveWithTheirCauses() throws {
        let cause = ExecutorError(.timedOut, "inner", cause: Diverged(steps: 1))
        let error = try #require(try travelled(ExecutorError(.workerLost, "outer", cause: cause)) as? ExecutorError)
        #expect(error == ExecutorError(.workerLost, "outer"))
        let inner = try #require(error.cause as? ExecutorError)
        #expect(inner == ExecutorError(.timedOut, "inner"))
        #expect(inner.cause as? Diverged == Diverged(steps: 1))
    }

    @Test func otherErrorsArriveAsTheirDescription() throws {
        let error = try #require(try travelled(Uncoded()) as? RemoteTaskError)
        #expect(
            error == RemoteTaskError(typeName: "Uncoded", message: "the matrix is singular", worker: 3, host: "node7"))
        #expect("\(error)" == "Uncoded: the matrix is singular [worker 3 on node7]")
    }

    @Test func descriptionsArriveUnchanged() throws {
        let error = RemoteTaskError(typeName: "A", message: "b", worker: 1, host: "c", underlyingEncodingError: "d")
        #expect(try travelled(error) as? RemoteTaskError == error)
    }

    @Test func privateErrorsAreDescribedAndSayWhy() throws {
        let error = try #require(try travelled(Secret()) as? RemoteTaskError)
        #expect(error.typeName == "Secret")
        #expect(error.message == "Secret(number: 7)")
        #expect(error.underlyingEncodingError?.contains("private") == true)
    }

    @Test func errorsThatDontEncodeAreDescribedAndSayWhy() throws {
        let error = try #require(try travelled(Reason.detail(Fragile(encodes: false))) as? RemoteTaskError)
        #expect(error.message.contains("detail"))
        #expect(error.underlyingEncodingError?.contains("Broken") == true)
    }

    @Test func errorsThatDontDecodeAreDescribedAndSayWhy() throws {
        let error = try #require(try travelled(Stubborn()) as? RemoteTaskError)
        #expect(error.typeName == "Stubborn")
        #expect(error.message == "stubborn")
        #expect(error.worker == 3)
        #expect(error.underlyingEncodingError == "the matrix is singular")
    }
}
