// SPDX-License-Identifier: Apache-2.0
// How each family of launchers is told what a job is to be.

/// The options for one launcher.
struct LauncherOptions {
    let request: JobRequest
    let family: LauncherFamily
    let machine: Machine
    let changes: [JobPlan.Variable]

    /// All options, in a fixed order.
    func all() throws(LaunchError) -> [String] {
        switch family {
        case .openMPI: openMPI
        case .hydra: try hydra()
        case .slurm: slurm
        case .other: try other()
        }
    }

    private var openMPI: [String] {
        var options = request.isContinuous ? ["--continuous"] : []
        options += ["-n", "\(request.ranks)"]
        if let file = request.hostfile { options += ["--hostfile", file] }
        if !request.hosts.isEmpty { options += ["--host", request.hosts.joined(separator: ",")] }
        // Two jobs on one machine would be bound to the same cores, and a rank's threads to one.
        if !has("--bind-to") { options += ["--bind-to", "none"] }
        let hasSlots = request.hostfile != nil || !request.hosts.isEmpty || machine.environment["SLURM_JOB_ID"] != nil
        if !hasSlots, request.ranks > machine.cores, !has("--oversubscribe") { options.append("--oversubscribe") }
        // Open MPI refuses to run as root unless told; whoever calls this is root already.
        if machine.isRoot, !has("--allow-run-as-root") { options.append("--allow-run-as-root") }
        // Ranks on other hosts inherit nothing.
        return options + changes.flatMap { ["-x", $0.name] }
    }

    private func hydra() throws(LaunchError) -> [String] {
        if request.isContinuous {
            // Its -disable-auto-cleanup ends in a failed assertion when a rank is killed (version 4.0.2).
            throw LaunchError(
                .usage,
                "\(request.launcher.first ?? "mpiexec") is MPICH's, which ends a job when a rank is lost: leave --continuous "
                    + "out, or name Open MPI's mpirun or srun with --launcher.")
        }
        var options = ["-n", "\(request.ranks)"]
        if let file = request.hostfile { options += ["-f", file] }
        if !request.hosts.isEmpty { options += ["-hosts", request.hosts.joined(separator: ",")] }
        return options
    }

    private var slurm: [String] {
        var options = has("--mpi") ? [] : ["--mpi=pmix"]
        options += ["-n", "\(request.ranks)", "--kill-on-bad-exit=\(request.isContinuous ? 0 : 1)"]
        // Otherwise the first SIGINT is answered with a report.
        options.append("--quit-on-interrupt")
        if let file = request.hostfile { options += ["--nodefile=\(file)"] }
        if !request.hosts.isEmpty { options += ["--nodelist=\(request.hosts.joined(separator: ","))"] }
        return options
    }

    private func other() throws(LaunchError) -> [String] {
        if request.isContinuous || request.hostfile != nil || !request.hosts.isEmpty {
            throw LaunchError(
                .usage,
                "\(request.launcher.first ?? "the launcher") is none that --continuous, --hostfile or --host could be "
                    + "passed on to: write its own options into --launcher.")
        }
        return ["-n", "\(request.ranks)"]
    }

    private func has(_ option: String) -> Bool {
        request.launcher.contains { $0 == option || $0.hasPrefix("\(option)=") || "-\($0)" == option }
    }
}
