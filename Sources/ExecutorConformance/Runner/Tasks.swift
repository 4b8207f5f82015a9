// SPDX-License-Identifier: Apache-2.0
// Tasks, values and errors that checks send.

import Futures

/// Sleeps and returns a value; throws where it is cancelled.
struct Nap: RemoteTask {
    var seconds: Double
    var value = 0

    func run() async throws -> Int {
        try await Task.sleep(for: .seconds(seconds))
        return value
    }
}

/// An error that travels.
struct Fault: Error, Codable, Equatable {
    var reason: String
}

/// Throws.
struct Failing: RemoteTask {
    var reason: String

    func run() async throws -> Int { throw Fault(reason: reason) }
}

/// A value that can't be encoded, or not be decoded, or both ways.
struct Obstinate: Codable, Equatable {
    enum Refusal: String, Codable {
        case none, encoding, decoding
    }

    var refusal: Refusal

    init(_ refusal: Refusal) { self.refusal = refusal }

    init(from decoder: any Decoder) throws {
        refusal = try decoder.singleValueContainer().decode(Refusal.self)
        if refusal == .decoding { throw Fault(reason: "unwilling to be decoded") }
    }

    func encode(to encoder: any Encoder) throws {
        if refusal == .encoding { throw Fault(reason: "unwilling to be encoded") }
        var container = encoder.singleValueContainer()
        try container.encode(refusal)
    }
}

/// An error that can't travel as itself.
struct Untold: Error, CustomStringConvertible {
    var description: String
}
