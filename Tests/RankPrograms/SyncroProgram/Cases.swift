// SPDX-License-Identifier: Apache-2.0
// The cases, each with an executor of its own and a deadline.

import Foundation
import Futures
import MPI
import MPIFutures

/// Runs the cases one after the other on all ranks.
struct Cases {
    /// What a case works on.
    struct Place: Sendable {
        var pool: MPIExecutor
        var rank: Int
        var size: Int
        /// The seconds after which a rank gives up waiting for another.
        var patience: Duration
    }

    typealias Body = @Sendable (Place) async throws -> Void

    /// How long a case may take on any rank.
    private static let deadline = Duration.seconds(25)

    let pool: MPIExecutor

    /// Runs all cases.
    func run() async throws {
        let (rank, size) = try await MPIActor.run {
            let world = try Communicator.world()
            return (world.rank, world.size)
        }
        Report.equal(pool.workers, size, "workers")
        Report.equal(pool.isRoot, rank == 0, "isRoot")
        let filter = ProcessInfo.processInfo.environment["CASE"] ?? ""
        for (name, body) in AgreementCases.all + GangCases.all + DivergenceCases.all
        where filter.isEmpty || name == filter {
            let patience = Duration.seconds(name.hasPrefix("overdue") ? 1 : 20)
            let place = Place(
                pool: try await MPIExecutor(lockstepApart: patience, seed: 7), rank: rank, size: size,
                patience: patience)
            await Self.run(name, place, body)
        }
        // Nothing of what was broken has touched the program's own executor.
        let value = try await pool.submit(20) { $0 + 1 }.value
        Report.equal(value, 21, "the shared executor works after all cases")
    }

    private static func run(_ name: String, _ place: Place, _ body: @escaping Body) async {
        let watch = Task {
            try await Task.sleep(for: deadline)
            Report.fail("\(name): not over after \(deadline)")
            _exit(3)
        }
        let start = ContinuousClock.now
        do {
            try await body(place)
            try await place.pool.closeLockstep()
        } catch {
            Report.fail("\(name): \(error)")
        }
        watch.cancel()
        Report.note("\(name) took \(ContinuousClock.now - start)")
    }
}

/// An error whose type travels.
struct CaseError: Error, Codable, Equatable {
    var input: Int
}
