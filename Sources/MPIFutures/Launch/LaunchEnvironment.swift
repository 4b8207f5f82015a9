// SPDX-License-Identifier: Apache-2.0
// What started this process, read from environment variables.

import Glibc

/// How this process was started: by an MPI launcher, by Slurm, or by neither.
///
/// Nothing is asked of MPI, which would have to be initialised for it. Reading takes about a dozen look-ups, and no
/// memory that the process does not have before `main`: the constructor that diverts workers asks for ``role``.
package struct LaunchEnvironment: Sendable, Equatable {
    /// Who started this process.
    package enum Starter: Sendable, Equatable {
        /// `mpirun` or `mpiexec` of Open MPI.
        case openMPI
        /// `mpiexec` of MPICH or of a relative.
        case mpich
        /// `srun --mpi=pmix`.
        case slurmPMIx
        /// `srun --mpi=pmi2`.
        case slurmPMI2
        /// `srun` without a way for the ranks to find each other.
        case slurmWithoutMPI
        /// A shell, a batch script, or another program.
        case nobody
    }

    /// The place of this process among those that an MPI launcher started together.
    package struct Place: Sendable, Equatable {
        /// The rank in the world communicator.
        package var rank: Int
        /// The number of ranks.
        package var size: Int
        /// The rank among those on this host, where the launcher tells.
        package var localRank: Int?
    }

    /// What the ranks of an MPI job do with `main`.
    package enum Mode: Sendable, Equatable {
        /// One process, or none that an MPI launcher started: it runs the program.
        case alone
        /// Rank 0 runs the program, the other ranks are workers.
        case masterWorker
        /// All ranks run the program, in step.
        case lockstep
        /// All ranks run the program, and none knows of the others.
        case independent
    }

    /// Who started this process.
    package let starter: Starter
    /// The place among the ranks of an MPI job; `nil` where no MPI launcher started this process.
    package let place: Place?
    /// The number of tasks of the `srun` that started this process; 1 where none did.
    package let slurmTasks: Int
    /// What the strategy variable says.
    package let strategyName: String?
    /// What is wrong with the launcher's variables; nothing is diverted then.
    package let problem: String?

    /// How this process was started.
    ///
    /// Read once and kept: variables of the launcher are taken out of the environment of what this process starts.
    package static let current = LaunchEnvironment { name in
        // Safe: the text is copied before anything else can change the environment.
        getenv(name).map { String(cString: $0) }
    }

    /// Reads variables from a dictionary.
    package init(_ environment: [String: String]) {
        self.init { environment[$0] }
    }

    /// Reads variables by a function.
    package init(reading variable: @escaping (String) -> String?) {
        var reader = LaunchReader(variable)
        strategyName = variable(PoolEnvironment.strategy)
        (starter, place) = reader.identify()
        slurmTasks = reader.slurmTasks
        problem = reader.problem
    }

    /// The number of ranks; 1 where no MPI launcher started this process.
    package var size: Int { place?.size ?? 1 }

    /// Whether the ranks of the job run the program, serve it, or run it in step.
    package var mode: Mode {
        guard problem == nil, let place else { return .alone }
        switch strategyName.flatMap(Strategy.Concrete.init(rawValue:)) {
        case .masterWorker: return .masterWorker
        case .syncro: return .lockstep
        case .dynamic, .local: return place.size > 1 ? .independent : .alone
        case nil:
            guard place.size > 1 else { return .alone }
            // A name that nobody knows is an error of the executor, which every rank is to reach.
            return strategyName == nil || strategyName == Strategy.automaticName ? .masterWorker : .independent
        }
    }
}

/// Finds out who started a process.
private struct LaunchReader {
    let variable: (String) -> String?
    var slurmTasks = 1
    var problem: String?

    init(_ variable: @escaping (String) -> String?) {
        self.variable = variable
    }

    mutating func identify() -> (LaunchEnvironment.Starter, LaunchEnvironment.Place?) {
        // An `srun` in which `mpirun` starts its helpers leaves its own variables behind: `mpirun` comes first.
        if isSet("OMPI_COMM_WORLD_RANK") {
            return (.openMPI, place("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK"))
        }
        // The shell of `salloc` and batch scripts have a task's number as well, but no step's.
        let isStep = isSet("SLURM_STEP_ID") && isSet("SLURM_PROCID")
        let tasks = isSet("SLURM_STEP_NUM_TASKS") ? "SLURM_STEP_NUM_TASKS" : "SLURM_NTASKS"
        if isStep, isSet(tasks) { slurmTasks = number(tasks, 1...Int.max) ?? 1 }
        if isSet("PMI_RANK") {
            let isSlurm = isStep && !isSet("MPI_LOCALNRANKS")
            return (
                isSlurm ? .slurmPMI2 : .mpich,
                place("PMI_RANK", "PMI_SIZE", isSlurm ? "SLURM_LOCALID" : "MPI_LOCALRANKID")
            )
        }
        if isSet("PMIX_RANK") {
            guard isStep else {
                problem =
                    "PMIX_RANK is set, but neither OMPI_COMM_WORLD_SIZE nor SLURM_STEP_NUM_TASKS says how many ranks there "
                    + "are: start the program by mpirun, mpiexec or srun"
                return (.nobody, nil)
            }
            return (.slurmPMIx, place("PMIX_RANK", tasks, "SLURM_LOCALID"))
        }
        return (isStep ? .slurmWithoutMPI : .nobody, nil)
    }

    private func isSet(_ name: String) -> Bool { variable(name).map { !$0.isEmpty } ?? false }

    private mutating func place(_ rank: String, _ size: String, _ local: String) -> LaunchEnvironment.Place? {
        guard let count = number(size, 1...Int.max), let own = number(rank, 0...(count - 1)) else { return nil }
        return LaunchEnvironment.Place(rank: own, size: count, localRank: variable(local).flatMap { Int($0) })
    }

    private mutating func number(_ name: String, _ range: ClosedRange<Int>) -> Int? {
        let text = variable(name)
        if let value = text.flatMap({ Int($0) }), range.contains(value) { return value }
        let allowed =
            range.upperBound == .max ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
        problem =
            "\(name) is \(text.map { "\"\($0)\"" } ?? "not set"), but a launcher sets it to a whole number, \(allowed): "
            + "start the program by mpirun, mpiexec or srun, or unset what a launcher has left in the environment"
        return nil
    }
}
