// SPDX-License-Identifier: Apache-2.0
// The command line: help, dry runs, wrong usage, completion, the manual page.

import Foundation
import Testing

/// The golden files lie in `Golden`: `env -u COLUMNS .build/debug/swift-mpirun --help > …` writes one anew.
@Suite struct CommandLineTests {
    private static var root: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    private static func golden(_ name: String) throws -> String {
        try String(contentsOf: root.appending(path: "Tests/LauncherTests/Golden/\(name)"), encoding: .utf8)
    }

    @Test(.timeLimit(.minutes(1))) func help() async throws {
        let run = try await LauncherRun.run(["--help"])
        #expect(run.status == 0)
        #expect(run.output == (try Self.golden("swift-mpirun-help.txt")))
        #expect(run.errors == "")
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            ("dry-run.txt", ["-n", "1"]),
            ("dry-run-syncro.txt", ["-n", "1", "--syncro", "--threads", "2", "--host", "a:2,b"]),
            ("dry-run-continuous.txt", ["-n", "1", "--continuous"]),
        ])
    func dryRun(file: String, options: [String]) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "golden-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        // By its name it is Open MPI's; it is not run.
        let launcher = "\(directory)/orterun"
        try FileManager.default.createSymbolicLink(atPath: launcher, withDestinationPath: "/bin/false")
        try FileManager.default.removeItem(atPath: launcher)
        try FileManager.default.copyItem(atPath: "/bin/false", toPath: launcher)
        let run = try await LauncherRun.run(
            options + ["--dry-run", "--launcher", "\(launcher) --mca btl self", "--", "/bin/sh", "-n", "9", "--syncro"])
        #expect(run.status == 0)
        var text = run.output.replacingOccurrences(of: directory, with: "/opt")
            .replacingOccurrences(of: " --allow-run-as-root", with: "")
        // The token is another one each time.
        text.replace(#/(exit "\$s"') [0-9a-z]+ /#) { "\($0.1) TOKEN " }
        #expect(text == (try Self.golden(file)))
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            (["-n", "0", "--", "/bin/true"], Int32(64), "-n is 0"),
            (["-n", "x", "--", "/bin/true"], 64, "'x' is invalid for '-n"),
            (["--", "/bin/true"], 64, "Missing expected argument '-n"), (["-n", "2"], 64, "write it after `--`"),
            (["-n", "2", "/bin/true"], 64, "write it after `--`"),
            (["-n", "2", "--sincro", "--", "/bin/true"], 64, "--sincro"),
            (["-n", "2", "--threads", "0", "--", "/bin/true"], 64, "--threads is 0"),
            (["-n", "2", "--launcher", "'a", "--", "/bin/true"], 64, "--launcher is \"'a\""),
            (["-n", "2", "--hostfile", "/nonexistent", "--", "/bin/true"], 64, "--hostfile is /nonexistent"),
            (["-n", "2", "--", "nosuchprogram"], 127, "the program nosuchprogram was not found"),
            (["-n", "2", "--", "/etc/passwd"], 126, "the program /etc/passwd can't be run"),
            (["-n", "2", "--launcher", "nosuch", "--", "/bin/true"], 127, "the launcher nosuch was not found"),
            (
                ["-n", "2", "--launcher", "/etc/passwd", "--", "/bin/true"], 126,
                "the launcher /etc/passwd can't be run"
            ),
        ])
    func refuses(arguments: [String], status: Int32, message: String) async throws {
        let run = try await LauncherRun.run(arguments)
        #expect(run.status == status)
        #expect(run.output == "")
        #expect(run.errors.contains(message), "\(run.errors)")
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["bash", "zsh", "fish"]) func completes(shell: String) async throws {
        let run = try await LauncherRun.run(["--generate-completion-script", shell])
        #expect(run.status == 0)
        for option in ["launcher", "hostfile", "syncro", "threads", "continuous", "dry-run"] {
            #expect(run.output.contains(option), "\(shell) does not complete \(option)")
        }
    }

    @Test(.timeLimit(.minutes(1))) func hasACurrentManualPage() async throws {
        let run = try await LauncherRun.run(["--experimental-dump-help"])
        let page = try ManualPage(dump: Data(run.output.utf8)).text
        let file = Self.root.appending(path: "Documentation/swift-mpirun.1")
        if ProcessInfo.processInfo.environment["UPDATE_MANUAL"] != nil { try Data(page.utf8).write(to: file) }
        #expect(
            page == (try String(contentsOf: file, encoding: .utf8)),
            "UPDATE_MANUAL=1 swift test --filter CommandLineTests writes the page anew")
    }

    @Test(.timeLimit(.minutes(1))) func needsNoMPI() throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/ldd")
        process.arguments = [LauncherRun.launcher]
        process.standardOutput = output
        try process.run()
        let libraries = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(libraries.contains("libc.so"))
        #expect(!libraries.contains("libmpi"))
    }
}
