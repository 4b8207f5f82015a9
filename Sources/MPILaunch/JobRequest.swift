// SPDX-License-Identifier: Apache-2.0
// What is to be started.

/// A job as the user asks for it.
package struct JobRequest: Sendable, Equatable {
    /// The number of ranks.
    package var ranks: Int
    /// The launcher and options for it; the first that is found where empty.
    package var launcher: [String] = []
    /// A file of hosts.
    package var hostfile: String?
    /// Hosts, as the launcher reads them.
    package var hosts: [String] = []
    /// Whether all ranks run the program in step, instead of rank 0 alone with the others as workers.
    package var isSyncro = false
    /// The threads of each rank's BLAS and OpenMP libraries.
    package var threads = 1
    /// Whether the job goes on when a worker is lost.
    package var isContinuous = false
    /// The program, a name or a path.
    package var program: String
    /// What the program is called with; never touched.
    package var arguments: [String] = []

    /// Makes a request for a program on a number of ranks.
    package init(ranks: Int, program: String) {
        self.ranks = ranks
        self.program = program
    }

    /// The largest number of ranks and of threads that is taken seriously.
    package static let largest = 65_536

    /// Refuses what makes no sense, whatever the machine.
    package func validate() throws(LaunchError) {
        guard 1...Self.largest ~= ranks else {
            throw LaunchError(.usage, "-n is \(ranks): a job has 1 to \(Self.largest) ranks.")
        }
        guard 1...Self.largest ~= threads else {
            throw LaunchError(.usage, "--threads is \(threads): at least 1 thread is needed.")
        }
        guard hostfile == nil || hosts.isEmpty else {
            throw LaunchError(.usage, "--hostfile and --host are both given: name the hosts in one place.")
        }
        guard !isSyncro || !isContinuous else {
            throw LaunchError(
                .usage,
                "--continuous is given with --syncro: it lets a job go on without a worker, but in step every rank is "
                    + "needed. Leave one of them out.")
        }
        guard !program.isEmpty else {
            throw LaunchError(.usage, "there is no program: write it after `--`, as in `swift-mpirun -n 2 -- ./P`.")
        }
    }
}
