// SPDX-License-Identifier: Apache-2.0
// The command line that starts a job.

/// What is run, and in which environment: a pure function of the request and the machine.
package struct JobPlan: Sendable, Equatable {
    /// The launcher's executable.
    package var executable: String
    /// The launcher's arguments.
    package var arguments: [String]
    /// The variables that the job finds changed.
    package var changes: [Variable]
    /// The whole environment of the launcher.
    package var environment: [String: String]
    /// What rank 0's report starts with, where its exit status does not come through the launcher.
    package var token: String?

    /// A variable that is set for the job.
    package struct Variable: Sendable, Equatable {
        /// The variable's name.
        package var name: String
        /// Its value.
        package var value: String
    }

    /// Makes the command line.
    ///
    /// - Parameters:
    ///   - request: What the user asks for.
    ///   - launcher: The launcher's executable.
    ///   - family: What it understands.
    ///   - machine: Where it runs.
    ///   - token: Letters and digits that no program prints.
    /// - Throws: ``LaunchError`` where the request makes no sense, the program is not there, or the launcher can't do
    ///   what is asked for.
    package init(
        _ request: JobRequest, launcher: String, family: LauncherFamily, machine: Machine, token: String
    ) throws(LaunchError) {
        try request.validate()
        let hint = request.program.contains("/") ? "" : "write ./\(request.program) for a file in this directory."
        let program = try machine.executable(request.program, "the program", hint: hint)
        executable = launcher
        changes = Self.changes(request)
        environment = ChildEnvironment.withoutLauncher(machine.environment)
        for change in changes { environment[change.name] = change.value }
        let options = LauncherOptions(request: request, family: family, machine: machine, changes: changes)
        arguments = try request.launcher.dropFirst() + options.all()
        if request.isContinuous {
            self.token = token
            arguments += RankReport.command(token: token)
        }
        arguments += [program] + request.arguments
    }

    private static func changes(_ request: JobRequest) -> [Variable] {
        var changes = [Variable(name: "MPIFUTURES_STRATEGY", value: request.isSyncro ? "syncro" : "masterWorker")]
        if request.isContinuous { changes.append(Variable(name: "MPIFUTURES_CONTINUOUS", value: "1")) }
        changes.append(Variable(name: "MPIFUTURES_THREADS", value: "\(request.threads)"))
        changes += ChildEnvironment.threadVariables.map { Variable(name: $0, value: "\(request.threads)") }
        return changes
    }
}

extension JobPlan {
    /// Variables and command line, as they could be given to a shell.
    package var description: String {
        let variables = changes.map { "\($0.name)=\(ShellWords.quote($0.value)) \\\n" }
        return variables.joined() + ([executable] + arguments).map(ShellWords.quote).joined(separator: " ")
    }
}
