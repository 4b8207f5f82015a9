// SPDX-License-Identifier: Apache-2.0
// Cases with collective tasks.

import Foundation
import Futures
import MPI
import MPIFutures

/// Gangs of every size, mixed with ordinary tasks, and with ranks that fail.
enum GangCases {
    static let all: [(String, Cases.Body)] = [
        ("gangs", gangs), ("mixture", mixture), ("gang error", gangError), ("gang deadline", gangDeadline),
    ]

    private static func gangs(_ place: Cases.Place) async throws {
        for ranks in 1...place.size {
            for i in 0..<2 * place.size {
                let future = await place.pool.submit(i, ranks: ranks) { i, communicator in
                    try communicator.allReduce(i + communicator.rank, .sum)
                }
                let expected = ranks * i + ranks * (ranks - 1) / 2
                Report.equal(try await future.value, expected, "gang of \(ranks), \(i)")
            }
        }
    }

    private static func mixture(_ place: Cases.Place) async throws {
        var random = RandomStream(seed: 11, stream: 0)
        var futures: [(future: Future<Int>, expected: Int)] = []
        for i in 0..<200 {
            let ranks = Int.random(in: 0...place.size, using: &random)
            if ranks == 0 {
                futures.append((await place.pool.submit(i) { 5 * $0 }, 5 * i))
            } else {
                let future = await place.pool.submit(i, ranks: ranks) { i, communicator in
                    try communicator.allReduce(i, .sum)
                }
                futures.append((future, ranks * i))
            }
        }
        let order = place.rank % 2 == 0 ? Array(futures.indices) : Array(futures.indices.reversed())
        var right = 0
        for i in order where try await futures[i].future.value == futures[i].expected { right += 1 }
        Report.equal(right, 200, "mixture")
    }

    private static func gangError(_ place: Cases.Place) async throws {
        for culprit in 0..<place.size {
            let future = await place.pool.submit(culprit, ranks: place.size) { culprit, communicator in
                if communicator.rank == culprit { throw CaseError(input: culprit) }
                return try communicator.allReduce(1, .sum)
            }
            Report.equal(
                await future.result.error as? CaseError, CaseError(input: culprit), "gang error on \(culprit)")
            let sum = try await place.pool.submit(1, ranks: place.size) { one, communicator in
                try communicator.allReduce(one, .sum)
            }.value
            Report.equal(sum, place.size, "gang after an error on \(culprit)")
        }
    }

    private static func gangDeadline(_ place: Cases.Place) async throws {
        guard place.size > 1 else { return }
        var options = TaskOptions(name: "never")
        options.deadline = .milliseconds(100)
        let future = await place.pool.submit(0, ranks: place.size, options: options) { _, communicator in
            // The first rank never comes.
            if communicator.rank == 0 { return try communicator.receive(decoding: Int.self, from: 1, tag: 9).value }
            return try communicator.allReduce(1, .sum)
        }
        Report.error(await future.result.error, .deadlineExceeded, ["never"], "gang deadline")
        let sum = try await place.pool.submit(1, ranks: place.size) { one, communicator in
            try communicator.allReduce(one, .sum)
        }.value
        Report.equal(sum, place.size, "gang after a deadline")
    }
}
