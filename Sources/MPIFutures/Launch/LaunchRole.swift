// SPDX-License-Identifier: Apache-2.0
// What a process does that was just started.

/// Whether a process runs `main` or serves one that does.
package enum LaunchRole: Sendable, Equatable {
    /// Runs `main`, alone or as rank 0 of a job whose other ranks are workers.
    case program
    /// A worker of rank 0; never reaches `main`.
    case masterWorkerRank(Int)
    /// Runs `main` in step with the other ranks.
    case lockstepRank(Int)
}

extension LaunchEnvironment {
    /// What this process does; workers of a dynamic pool, which have a variable of their own, are not asked.
    package var role: LaunchRole {
        guard let place else { return .program }
        switch mode {
        case .alone, .independent: return .program
        case .masterWorker: return place.rank == 0 ? .program : .masterWorkerRank(place.rank)
        case .lockstep: return .lockstepRank(place.rank)
        }
    }
}
