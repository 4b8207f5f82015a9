// SPDX-License-Identifier: Apache-2.0
// Finds the launcher for a job.

import Glibc

extension JobPlan {
    /// The launchers that are looked for where none is named, the first one first.
    package static let launchers = ["mpirun", "mpiexec", "srun"]

    /// Makes the command line with the launcher that was asked for, or with one that is there.
    ///
    /// - Throws: ``LaunchError`` as the other initialiser does, and where no launcher is found.
    package init(finding request: JobRequest, machine: Machine) throws(LaunchError) {
        var request = request
        try request.validate()
        if request.launcher.isEmpty, let named = machine.environment["MPIFUTURES_LAUNCHER"] {
            guard let words = ShellWords.split(named), !words.isEmpty else {
                throw LaunchError(
                    .usage,
                    "MPIFUTURES_LAUNCHER is \"\(named)\": set it to the name or path of an MPI launcher, or unset it.")
            }
            request.launcher = words
        }
        let launcher = try Self.launcher(request, machine)
        if request.launcher.isEmpty { request.launcher = [launcher] }
        if let file = request.hostfile, access(file, R_OK) != 0 {
            let reason = String(cString: strerror(errno))
            throw LaunchError(.usage, "--hostfile is \(file), which can't be read: \(reason).")
        }
        try self.init(
            request, launcher: launcher, family: LauncherFamily.of(launcher), machine: machine,
            token: String(UInt64.random(in: .min ... .max), radix: 36))
    }

    private static func launcher(_ request: JobRequest, _ machine: Machine) throws(LaunchError) -> String {
        let hint = "install one (Debian: `apt-get install openmpi-bin`), or name it with --launcher."
        if let name = request.launcher.first { return try machine.executable(name, "the launcher", hint: hint) }
        for name in launchers {
            if case .found(let path) = ProgramSearch.find(name, in: machine.environment["PATH"] ?? "") { return path }
        }
        throw LaunchError(
            .notFound, "no MPI launcher: none of \(launchers.joined(separator: ", ")) is in PATH; \(hint)")
    }
}
