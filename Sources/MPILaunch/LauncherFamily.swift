// SPDX-License-Identifier: Apache-2.0
// Which options a launcher understands.

import Foundation

/// Launchers that share their options.
package enum LauncherFamily: String, Sendable, CaseIterable {
    /// `mpirun` and `mpiexec` of Open MPI.
    case openMPI
    /// `mpiexec` of MPICH and its relatives.
    case hydra
    /// Slurm's `srun`.
    case slurm
    /// Anything else: it is given `-n` and the program.
    case other

    /// Tells by the name of an executable, links followed; `nil` where several families use it.
    package init?(executable path: String) {
        let name = URL(fileURLWithPath: path).resolvingSymlinksInPath().lastPathComponent
        switch name {
        case "orterun", "prterun", "mpirun.openmpi", "mpiexec.openmpi": self = .openMPI
        case "mpiexec.hydra", "mpirun.mpich", "mpiexec.mpich": self = .hydra
        case "srun": self = .slurm
        default: return nil
        }
    }

    /// Tells by what an executable prints when it is asked for its version.
    package init(versionText text: String) {
        if text.contains("Open MPI") || text.contains("OpenRTE") || text.contains("PRRTE") {
            self = .openMPI
        } else if text.contains("HYDRA") || text.contains("Intel(R) MPI") {
            self = .hydra
        } else if text.hasPrefix("slurm") {
            self = .slurm
        } else {
            self = .other
        }
    }

    /// Tells by the name, or else by asking the executable, which may take ten seconds to answer.
    package static func of(_ path: String) -> LauncherFamily {
        if let known = LauncherFamily(executable: path) { return known }
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["--version"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        // One that can't be run is reported when the job is started.
        guard (try? process.run()) != nil else { return .other }
        let limit = DispatchWorkItem { process.terminate() }
        DispatchQueue.global().asyncAfter(deadline: .now() + 10, execute: limit)
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        limit.cancel()
        return LauncherFamily(versionText: text)
    }
}
