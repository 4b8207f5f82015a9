// SPDX-License-Identifier: Apache-2.0
// The hosts that a batch system or the user has set aside for the program.

import Foundation
import Futures

/// Hosts, and how many workers each has room for.
struct Allocation: Sendable, Equatable {
    /// Where the allocation comes from.
    enum Source: Sendable, Equatable {
        /// A Slurm job, which launchers know how to use by themselves.
        case slurm(job: String)
        /// A file that launchers are given.
        case hostfile(String)
    }

    /// One host.
    struct Host: Sendable, Equatable {
        var name: String
        var slots: Int
    }

    /// Where the allocation comes from.
    let source: Source
    /// The hosts, in the order of the source.
    let hosts: [Host]

    /// The number of workers that all hosts have room for.
    var slots: Int { hosts.reduce(0) { $0 + $1.slots } }

    /// The file to give to a launcher.
    var hostfile: String? {
        if case .hostfile(let path) = source { return path }
        return nil
    }

    /// The allocation that the environment names; `nil` where it names none.
    ///
    /// A hostfile, which the user has named, comes before a Slurm job.
    ///
    /// - Throws: ``Futures/ExecutorError/Code/invalidArgument`` naming the variable that is malformed.
    init?(_ environment: [String: String]) throws(ExecutorError) {
        if let path = environment[PoolEnvironment.hostfile] {
            source = .hostfile(path)
            hosts = try Hostfile.read(path)
        } else if let job = environment["SLURM_JOB_ID"] ?? environment["SLURM_JOBID"] {
            source = .slurm(job: job)
            hosts = try SlurmLists.hosts(environment)
        } else {
            return nil
        }
    }
}
