// SPDX-License-Identifier: Apache-2.0
// The command that starts programs on MPI ranks.

import ArgumentParser
import Foundation
import MPILaunch

/// Starts a program on MPI ranks.
@main struct SwiftMPIRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swift-mpirun",
        abstract: "Starts a program on MPI ranks, as master and workers or in step.",
        usage: "swift-mpirun -n <ranks> [<options>] -- <program> [<argument> ...]",
        discussion: """
            Rank 0 runs the program, and the other ranks are its workers; with --syncro every rank runs the program, in \
            step. What follows `--` is the program and its own arguments, which are not touched.

            Signals are passed on. The exit status is the program's, or 128 and the number of the signal that ended it; \
            a rank that fails ends the others. 64: wrong usage; 126, 127: the launcher or the program can't be run, or \
            is not there.
            """)

    @Option(name: .customShort("n"), help: ArgumentHelp("The number of ranks.", valueName: "ranks"))
    var ranks: Int

    @Option(
        help: ArgumentHelp(
            "The MPI launcher: mpirun, mpiexec, srun, or a command with options in quotes. (default: "
                + "MPIFUTURES_LAUNCHER, else the first of these that is there)",
            valueName: "command"))
    var launcher: String?

    @Option(help: ArgumentHelp("A file with a host in each line, as the launcher reads it.", valueName: "file"))
    var hostfile: String?

    @Option(
        help: ArgumentHelp(
            "A host, or several with commas between them; may be repeated. Open MPI and MPICH take host:slots.",
            valueName: "host"))
    var host: [String] = []

    @Flag(help: "Let every rank run the program, in step.")
    var syncro = false

    @Option(help: ArgumentHelp("The threads of each rank's BLAS and OpenMP libraries.", valueName: "count"))
    var threads = 1

    @Flag(help: "Let the job go on when a worker is lost; the exit status is that of rank 0.")
    var continuous = false

    @Flag(help: "Print the environment and the command instead of running it.")
    var dryRun = false

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("The program and its arguments, behind `--`.", valueName: "program"))
    var command: [String] = []

    func validate() throws {
        do throws(LaunchError) {
            try request().validate()
        } catch {
            throw ValidationError(error.message)
        }
    }

    func run() throws {
        let status: Int32
        do {
            let plan = try JobPlan(finding: request(), machine: .current)
            if dryRun {
                print(plan.description)
                return
            }
            status = try JobRunner.run(plan)
        } catch {
            FileHandle.standardError.write(Data("swift-mpirun: \(error.message)\n".utf8))
            throw ExitCode(error.status.rawValue)
        }
        throw ExitCode(status)
    }

    private func request() throws(LaunchError) -> JobRequest {
        var request = JobRequest(ranks: ranks, program: command.first ?? "")
        request.arguments = Array(command.dropFirst())
        if let launcher {
            guard let words = ShellWords.split(launcher), !words.isEmpty else {
                throw LaunchError(
                    .usage,
                    "--launcher is \"\(launcher)\": give a launcher's name or path, and options, with closed quotes.")
            }
            request.launcher = words
        }
        request.hostfile = hostfile
        request.hosts = host
        request.isSyncro = syncro
        request.threads = threads
        request.isContinuous = continuous
        return request
    }
}
