// SPDX-License-Identifier: Apache-2.0
// Tasks that the tests of executors in this process submit.

import Futures

/// Comes to a gate, waits there and leaves its number behind.
struct Visit: RemoteTask {
    var number = 0
    var gate: Gate
    var tally = Tally()
    /// Whether it stays at the gate when it is cancelled.
    var isDeaf = false

    func run() async throws -> Int {
        tally.enter()
        defer { tally.leave() }
        if isDeaf { await gate.passDeafly() } else { try await gate.pass() }
        tally.note(number)
        return number
    }
}

/// Gives others a few turns, and counts who is there meanwhile.
struct Passage: RemoteTask {
    var number = 0
    var tally: Tally

    func run() async throws -> Int {
        tally.enter()
        defer { tally.leave() }
        for _ in 0..<20 { await Task.yield() }
        tally.note(number)
        return number
    }
}

/// A value that can't be encoded, or not be decoded, or both ways.
struct Obstinate: Codable, Equatable {
    enum Refusal: String, Codable {
        case none, encoding, decoding
    }

    struct Unwilling: Error, Codable, Equatable {}

    var refusal: Refusal

    init(_ refusal: Refusal) { self.refusal = refusal }

    init(from decoder: any Decoder) throws {
        refusal = try decoder.singleValueContainer().decode(Refusal.self)
        if refusal == .decoding { throw Unwilling() }
    }

    func encode(to encoder: any Encoder) throws {
        if refusal == .encoding { throw Unwilling() }
        var container = encoder.singleValueContainer()
        try container.encode(refusal)
    }
}

/// Returns what it was given.
struct Returning<Value: Codable & Sendable>: RemoteTask {
    var value: Value

    func run() async throws -> Value { value }
}

/// An error that has no name outside this file.
private struct SecretFault: Error, Codable {
    var reason: String
}

/// Throws an error that can't travel as itself.
struct SecretFailure: RemoteTask {
    func run() async throws -> Int { throw SecretFault(reason: "hidden") }
}
