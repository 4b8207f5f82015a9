// SPDX-License-Identifier: Apache-2.0
// The operations for Codable values.

import Foundation
import MPI

/// A coder for the tests.
struct JSONCoder: MessageCoder {
    func encode(_ value: some Encodable) throws -> [UInt8] { try Array(JSONEncoder().encode(value)) }
    func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        try JSONDecoder().decode(type, from: Data(bytes))
    }
}

/// Values with strings and optionals, and values that refuse to be encoded.
enum CodableSuite {
    private struct Report: Codable, Equatable {
        var title: String
        var remark: String?
        var rows: [Double]

        init(_ rank: Int) {
            title = "rank \(rank) ✓"
            remark = rank.isMultiple(of: 2) ? nil : "odd"
            rows = Double.array(rank: rank, count: rank)
        }
    }

    private struct Stubborn: Codable {
        var refuses: Bool
        func encode(to encoder: any Encoder) throws {
            if refuses { throw CancellationError() }
            var container = encoder.singleValueContainer()
            try container.encode(1)
        }
        init(refuses: Bool) { self.refuses = refuses }
        init(from decoder: any Decoder) throws { refuses = false }
    }

    /// Runs the suite; collective.
    static func run(on communicator: Communicator, _ label: String) throws {
        let (rank, size) = (communicator.rank, communicator.size)
        let coder = JSONCoder()
        let all = (0..<size).map { Report($0) }
        if rank == 0 {
            for peer in 1..<max(1, size) {
                let (value, status) = try communicator.receive(decoding: Report.self, from: peer, tag: 9, coder: coder)
                Checks.equal(value, Report(peer), "\(label): a Codable message")
                Checks.equal(status.source, peer, "\(label): its source")
            }
        } else {
            try communicator.send(encoding: Report(rank), to: 0, tag: 9, coder: coder)
        }
        for root in 0..<size {
            let value = try communicator.broadcast(
                encoding: rank == root ? Report(root) : nil, root: root, coder: coder)
            Checks.equal(value, Report(root), "\(label): Codable broadcast from \(root)")
            let gathered = try communicator.gather(encoding: Report(rank), root: root, coder: coder)
            Checks.equal(gathered, rank == root ? all : nil, "\(label): Codable gather to \(root)")
        }
        Checks.equal(
            try communicator.allGather(encoding: Report(rank), coder: coder), all, "\(label): Codable allGather")
        checkRefusal(communicator, label, "broadcast") {
            _ = try communicator.broadcast(encoding: Stubborn(refuses: true), coder: coder)
        }
        checkRefusal(communicator, label, "allGather") {
            _ = try communicator.allGather(encoding: Stubborn(refuses: rank == 0), coder: coder)
        }
    }

    /// Rank 0 cannot encode: it throws its own error, and the others learn of it instead of waiting.
    private static func checkRefusal(
        _ communicator: Communicator, _ label: String, _ name: String, _ body: () throws -> Void
    ) {
        do {
            try body()
            Checks.fail("\(label): \(name) of a value that can't be encoded did not throw")
        } catch {
            let isExpected =
                communicator.rank == 0
                ? error is CancellationError : (error as? MPIError)?.code == .peerFailedToEncode
            Checks.expect(isExpected, "\(label): \(name) of a value that can't be encoded throws, not \(error)")
        }
    }
}
