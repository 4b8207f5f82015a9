// SPDX-License-Identifier: Apache-2.0
// What a launcher has to know about the machine.

import Foundation
import Glibc

/// The facts about this machine and this process that a command line depends on.
package struct Machine: Sendable, Equatable {
    /// The environment variables.
    package var environment: [String: String]
    /// Whether the superuser starts the job, which Open MPI must be told.
    package var isRoot: Bool
    /// The number of cores, which is how many ranks a launcher takes without being told.
    package var cores: Int

    /// Makes a machine up.
    package init(environment: [String: String], isRoot: Bool, cores: Int) {
        self.environment = environment
        self.isRoot = isRoot
        self.cores = cores
    }

    /// This machine.
    package static var current: Machine {
        Machine(
            environment: ProcessInfo.processInfo.environment, isRoot: geteuid() == 0, cores: PhysicalCores.count)
    }

    /// The executable of a program.
    ///
    /// - Throws: ``LaunchError`` with the status that a shell has in the same case.
    package func executable(_ name: String, _ what: String, hint: String = "") throws(LaunchError) -> String {
        switch ProgramSearch.find(name, in: environment["PATH"] ?? "") {
        case .found(let path): return path
        case .notExecutable(let path):
            throw LaunchError(.notExecutable, "\(what) \(path) can't be run: it is no file with permission to execute.")
        case .notFound:
            let place = name.contains("/") ? "there is no such file" : "it is not in PATH"
            throw LaunchError(.notFound, "\(what) \(name) was not found: \(place)\(hint.isEmpty ? "." : "; \(hint)")")
        }
    }
}
