// SPDX-License-Identifier: Apache-2.0
// The program that starts MPI processes.

import Foundation
import Futures
import MPILaunch

/// An MPI launcher found on this machine.
struct Launcher: Sendable, Equatable {
    /// The executable, an absolute path.
    let path: String

    /// Finds a launcher.
    ///
    /// - Parameter name: A name to look up in `PATH`, or a path; `mpirun` where `nil`.
    /// - Throws: ``ExecutorError/Code/launcherNotFound``.
    init(_ name: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment)
        throws(ExecutorError)
    {
        let name = name ?? "mpirun"
        guard case .found(let found) = ProgramSearch.find(name, in: environment["PATH"] ?? "") else {
            throw ExecutorError(
                .launcherNotFound,
                "no MPI launcher: `\(name)` is not \(name.contains("/") ? "an executable file" : "in PATH"). Install one "
                    + "(Debian: `apt-get install openmpi-bin`), name it in \(PoolEnvironment.launcher), or use a "
                    + "LocalExecutor")
        }
        path = found
    }

    /// The arguments that start `count` copies of a program that live on when one of them ends.
    func arguments(
        count: Int, hostfile: String? = nil, exportsVariables: Bool = false, program: String,
        programArguments: [String], isRoot: Bool
    ) -> [String] {
        var arguments = ["--continuous", "-n", "\(count)", "--bind-to", "none", "--oversubscribe"]
        if let hostfile { arguments += ["--hostfile", hostfile] }
        // Open MPI refuses to run as root unless told; the program runs as root already.
        if isRoot { arguments.append("--allow-run-as-root") }
        // Processes on other hosts inherit nothing; the values are not on the command line, which others can see.
        if exportsVariables { arguments += Self.exported.flatMap { ["-x", $0] } }
        return arguments + [program] + programArguments
    }

    /// The variables that ``environment(_:socket:secret:job:)`` sets.
    private static let exported =
        [PoolEnvironment.worker, PoolEnvironment.secret, PoolEnvironment.job, "SWIFT_BACKTRACE"]
        + ChildEnvironment.threadVariables

    /// The environment of a job: without traces of an MPI job around this process, and with one thread
    /// per worker, or as many as `MPIFUTURES_THREADS` says.
    ///
    /// The user's own settings (`OMPI_MCA_*`) stay.
    static func environment(
        _ current: [String: String], socket: String, secret: Secret, job: Int
    ) -> [String: String] {
        var environment = ChildEnvironment.withoutLauncher(current)
        let threads = (try? PoolEnvironment.threadCount(current)) ?? 1
        for variable in ChildEnvironment.threadVariables { environment[variable] = "\(threads)" }
        // A crash report of the Swift runtime takes seconds, and the pool reports the crash itself.
        if environment["SWIFT_BACKTRACE"] == nil { environment["SWIFT_BACKTRACE"] = "enable=no" }
        environment[PoolEnvironment.worker] = socket
        environment[PoolEnvironment.secret] = secret.hexadecimal
        environment[PoolEnvironment.job] = "\(job)"
        return environment
    }
}
