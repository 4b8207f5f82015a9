// SPDX-License-Identifier: Apache-2.0
// Which strategy is in force, and why.

import Foundation
import Futures
import Synchronization

/// The outcome of choosing a strategy.
struct StrategyChoice: Sendable, Equatable {
    /// What is in force.
    let kind: Strategy.Concrete
    /// Why, in words.
    let reason: String
    /// What the user is to be told once.
    let warning: String?
    /// The hosts for the workers of a dynamic pool; `nil` where it stays on this one.
    let allocation: Allocation?

    /// The strategy as users name it.
    var strategy: Strategy { Strategy(kind) }

    /// Chooses: what the code asks for, else what the environment names, else what fits how the program was started.
    ///
    /// - Parameters:
    ///   - asked: What the code asks for.
    ///   - environment: The environment variables.
    ///   - launch: How this process was started.
    ///   - hasLauncher: Whether an MPI launcher is there or was named; evaluated where it matters.
    ///   - program: How the program was called, for messages.
    /// - Throws: ``Futures/ExecutorError`` with code `invalidArgument` where a variable is malformed or unknown, or
    ///   `launchMismatch` where the strategy contradicts how the program was started.
    init(
        asked: Strategy, environment: [String: String], launch: LaunchEnvironment? = nil,
        hasLauncher: @autoclosure () -> Bool = true, program: String = CommandLine.arguments.first ?? "./P"
    ) throws(ExecutorError) {
        try PoolEnvironment.validate(environment)
        let launch = launch ?? LaunchEnvironment(environment)
        if let problem = launch.problem { throw ExecutorError(.invalidArgument, problem) }
        let check = LaunchCheck(launch: launch, program: program)
        if let kind = asked.concrete {
            try check.permit(kind, asked: "the program asks for \(kind.rawValue)")
            try self.init(kind, "asked for by the program", kind == .dynamic ? Allocation(environment) : nil)
        } else if let name = environment[PoolEnvironment.strategy],
            let kind = try Strategy(named: name, from: PoolEnvironment.strategy).concrete
        {
            try check.permit(kind, asked: "\(PoolEnvironment.strategy) is \(kind.rawValue)")
            try self.init(
                kind, "\(PoolEnvironment.strategy) names it", kind == .dynamic ? Allocation(environment) : nil)
        } else if launch.size > 1 {
            self.init(.masterWorker, "\(launch.starter.name) started \(launch.size) ranks")
        } else {
            try check.permit(.dynamic, asked: "")
            let allocation = try Allocation(environment)
            guard hasLauncher() else {
                self.init(.local, "no MPI launcher was found", warning: Self.warningWithoutLauncher)
                return
            }
            let reason = launch.place == nil ? "no MPI launcher started this program" : "one rank"
            self.init(.dynamic, allocation?.reason ?? reason, allocation)
        }
    }

    private init(
        _ kind: Strategy.Concrete, _ reason: String, _ allocation: Allocation? = nil, warning: String? = nil
    ) {
        self.kind = kind
        self.reason = reason
        self.allocation = allocation
        self.warning = warning
    }

    private static let warningWithoutLauncher =
        "no MPI launcher was found, so tasks run in this process: install one (Debian: `apt-get install openmpi-bin`) or "
        + "name it in \(PoolEnvironment.launcher); \(PoolEnvironment.strategy)=local says that this is meant"
}

/// Compares a strategy with how the program was started.
private struct LaunchCheck {
    let launch: LaunchEnvironment
    let program: String

    private var byMPIRun: String { "`mpirun -n 4 \(program)`" }
    private var inStep: String { "`swift-mpirun -n 4 --syncro -- \(program)`" }

    /// Refuses a strategy that the launch contradicts.
    func permit(_ kind: Strategy.Concrete, asked: String) throws(ExecutorError) {
        // Programs that know nothing of each other are what `local` is.
        if kind == .local { return }
        if launch.starter == .slurmWithoutMPI, launch.slurmTasks > 1 {
            throw ExecutorError(
                .launchMismatch,
                "srun started \(launch.slurmTasks) tasks that can't find each other, for it was told nothing of MPI: use "
                    + "`srun --mpi=pmix -n \(launch.slurmTasks) \(program)`, or `salloc -n \(launch.slurmTasks) mpirun "
                    + "\(program)`, or start one task")
        }
        guard let way = contradiction(kind) else { return }
        throw ExecutorError(.launchMismatch, "\(asked), but \(state): \(way)")
    }

    /// How this process was started, in words.
    private var state: String {
        guard let place = launch.place else { return "no MPI launcher started it" }
        let ranks = "\(launch.starter.name) started \(place.size) ranks"
        switch launch.mode {
        case .alone: return ranks
        case .masterWorker: return "\(ranks), of which those above 0 are workers"
        case .lockstep: return "\(ranks) that run in step (\(PoolEnvironment.strategy)=syncro)"
        case .independent:
            return "\(ranks) that know nothing of each other (\(PoolEnvironment.strategy)=\(launch.strategyName ?? ""))"
        }
    }

    /// What to do instead; `nil` where the strategy and the launch agree.
    private func contradiction(_ kind: Strategy.Concrete) -> String? {
        // One rank is nobody's worker and in step with itself: every strategy will do.
        if launch.place?.size == 1 { return nil }
        switch (kind, launch.mode) {
        case (.local, _), (.dynamic, .alone), (.masterWorker, .masterWorker), (.syncro, .lockstep): return nil
        case (.dynamic, _):
            return "start one process, as \(program), or ask for another strategy"
        case (.masterWorker, .independent):
            return "unset \(PoolEnvironment.strategy), and start the program as \(byMPIRun)"
        case (.masterWorker, .lockstep): return "start it as \(byMPIRun), without --syncro"
        case (.masterWorker, .alone): return "start it as \(byMPIRun)"
        case (.syncro, _): return "start it as \(inStep)"
        }
    }
}

extension LaunchEnvironment.Starter {
    /// The launcher as users call it.
    var name: String {
        switch self {
        case .openMPI: "mpirun"
        case .mpich: "mpiexec"
        case .slurmPMIx, .slurmPMI2, .slurmWithoutMPI: "srun"
        case .nobody: "nobody"
        }
    }
}

extension Allocation {
    /// Why a pool uses these hosts.
    var reason: String {
        switch source {
        case .slurm(let job): "in Slurm job \(job)"
        case .hostfile(let path): "\(PoolEnvironment.hostfile) names \(path)"
        }
    }

    /// The hosts, in words: the first three of many.
    var summary: String {
        let names = hosts.prefix(3).map(\.name).joined(separator: ", ")
        return hosts.count > 3 ? "\(names) and \(hosts.count - 3) other hosts" : names
    }
}

extension StrategyChoice {
    /// Chooses for this process, and says on standard error, once, what the user is to know.
    ///
    /// - Throws: As the other initialiser does.
    init(asked: Strategy, launcher: String?, environment: [String: String]) throws(ExecutorError) {
        // Who names a launcher is to hear that it is not there.
        let isNamed = launcher != nil || environment[PoolEnvironment.launcher] != nil
        try self.init(
            asked: asked, environment: environment, launch: .current,
            hasLauncher: isNamed || (try? Launcher(environment: environment)) != nil)
        if let warning, !Self.hasWarned.exchange(true, ordering: .relaxed) {
            FileHandle.standardError.write(Data("warning: \(warning)\n".utf8))
        }
    }

    private static let hasWarned = Atomic<Bool>(false)
}
