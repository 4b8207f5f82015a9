// SPDX-License-Identifier: Apache-2.0
// The launcher: where it is found, and how it is called.

import Foundation
import Futures
import Testing

@testable import MPIFutures

@Suite struct LauncherTests {
    @Test(arguments: [[:], ["PATH": ""], ["PATH": "/nonexistent:/proc"]])
    func saysWhatToDoWhereThereIsNone(environment: [String: String]) {
        let error = #expect(throws: ExecutorError.self) { try Launcher(nil, environment: environment) }
        #expect(error?.code == .launcherNotFound)
        #expect(
            error?.message
                == "no MPI launcher: `mpirun` is not in PATH. Install one (Debian: `apt-get install openmpi-bin`), name it "
                + "in MPIFUTURES_LAUNCHER, or use a LocalExecutor")
    }

    @Test func saysWhichFileIsNone() {
        for path in ["/nonexistent/mpirun", "/etc/passwd", "/tmp", "./nothing/here"] {
            let error = #expect(throws: ExecutorError.self) { try Launcher(path) }
            #expect(error?.code == .launcherNotFound)
            #expect(
                error?.message.hasPrefix("no MPI launcher: `\(path)` is not an executable file. Install one") == true)
        }
    }

    @Test func takesTheFirstInThePath() throws {
        try withTemporaryDirectory { directory in
            try FileManager.default.createDirectory(atPath: "\(directory)/a/srun", withIntermediateDirectories: true)
            for place in ["b", "c"] {
                try FileManager.default.createDirectory(
                    atPath: "\(directory)/\(place)", withIntermediateDirectories: true)
                try writeScript("exit 0", to: "\(directory)/\(place)/srun")
            }
            let path = "/nonexistent:\(directory)/a:\(directory)/b:\(directory)/c"
            // In the first place of that name there is a directory, which can't be run.
            #expect(try Launcher("srun", environment: ["PATH": path]).path == "\(directory)/b/srun")
            #expect(try Launcher("\(directory)/c/srun", environment: [:]).path == "\(directory)/c/srun")
        }
    }

    @Test(arguments: [false, true])
    func isCalledLikeThis(isRoot: Bool) throws {
        let arguments = try Launcher("/bin/sh").arguments(
            count: 3, program: "/opt/a b/program", programArguments: ["-n", "x y", ""], isRoot: isRoot)
        #expect(
            arguments
                == ["--continuous", "-n", "3", "--bind-to", "none", "--oversubscribe"]
                + (isRoot ? ["--allow-run-as-root"] : []) + ["/opt/a b/program", "-n", "x y", ""])
    }

    @Test func givesWorkersThisEnvironment() {
        let secret = Secret()
        let environment = Launcher.environment(
            [
                "HOME": "/root", "OMPI_COMM_WORLD_RANK": "3", "OMPI_MCA_btl": "self", "PMIX_RANK": "3", "PMI_RANK": "1",
                "PRTE_X": "1", "OMP_NUM_THREADS": "8", "MPIFUTURES_WORKERS": "4",
            ],
            socket: "/tmp/x/pool", secret: secret, job: 12)
        #expect(
            environment == [
                "HOME": "/root", "OMPI_MCA_btl": "self", "MPIFUTURES_WORKERS": "4", "OMP_NUM_THREADS": "1",
                "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "BLIS_NUM_THREADS": "1", "GOTO_NUM_THREADS": "1",
                "SWIFT_BACKTRACE": "enable=no", "MPIFUTURES_WORKER": "/tmp/x/pool",
                "MPIFUTURES_SECRET": secret.hexadecimal, "MPIFUTURES_JOB": "12",
            ])
        let own = Launcher.environment(["SWIFT_BACKTRACE": "enable=yes"], socket: "", secret: secret, job: 0)
        #expect(own["SWIFT_BACKTRACE"] == "enable=yes")
    }
}

/// Makes a directory for the time of a call.
func withTemporaryDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}

/// Makes a directory for the time of a call.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
}

/// Writes a shell script that can be run.
func writeScript(_ text: String, to path: String) throws {
    try Data("#!/bin/sh\n\(text)\n".utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
}
