// SPDX-License-Identifier: Apache-2.0
// Pools whose workers come over the network.

import Foundation
import Futures
import MPI
import Testing

@testable import MPIFutures

@Suite(.onePoolAtATime, .timeLimit(.minutes(1))) struct MultiHostTests {
    private static func allocation(_ hosts: String) throws -> Allocation? {
        let file = FileManager.default.temporaryDirectory.appending(path: "hosts-\(UUID().uuidString)").path
        try Data(hosts.utf8).write(to: URL(filePath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        return try Allocation(["MPIFUTURES_HOSTFILE": file])
    }

    @Test func theNetworkIsUsedOnlyWhereItMust() async throws {
        #expect(try await PoolReach.of(nil) == .thisHost)
        #expect(
            try await PoolReach.of(try Self.allocation("localhost slots=4\n\(WorkerSetup.hostName)\n")) == .thisHost)
        #expect(try await PoolReach.of(try Self.allocation("127.0.0.1\n")) == .thisHost)
        // An address of this machine that its packets don't come from: the kernel routes to it from 127.0.0.1.
        #expect(
            try await PoolReach.of(try Self.allocation("localhost\n127.0.0.2\n")) == .hosts(listeningAt: "127.0.0.1"))
        let error = await #expect(throws: ExecutorError.self) {
            try await PoolReach.of(try Self.allocation("no-such-host.invalid\n"))
        }
        #expect(error?.code == .launchFailed)
        #expect(error?.message.hasPrefix("the host no-such-host.invalid has no address") == true)
    }

    @Test func workersComeOverTheLoopbackInterface() async throws {
        let pool = DynamicBackend(
            DynamicPool.Configuration(
                workers: 2, launcher: try Launcher(), reach: .hosts(listeningAt: "127.0.0.1"),
                program: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"), arguments: [],
                environment: ProcessInfo.processInfo.environment, bootDeadline: .seconds(30), isRoot: geteuid() == 0),
            DispatchClient())
        let environment = await pool.submit(EnvironmentTask(), options: TaskOptions())
        #expect(try await environment.value == [], "a worker's tasks see nothing of the pool's variables")
        guard case .network("127.0.0.1", _) = pool.pool.address else {
            Issue.record("the pool listens at \(pool.pool.address.map(\.description) ?? "nothing")")
            return
        }
        #expect(pool.pool.directory == nil)
        var options = TaskOptions()
        options.ranks = .all
        #expect(try await pool.submit(SumTask(), options: options).value == 2)
        await pool.shutdown(cancelPending: false)
        #expect(pool.pool.address == nil)
    }

    /// Two network namespaces stand for two hosts, and a script for the remote shell.
    @Test(.enabled(if: geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/sbin/ip")))
    func workersComeFromAnotherHost() async throws {
        try await withTemporaryDirectory { directory in
            let (here, there) = ("mf\(getpid())a", "mf\(getpid())b")
            let isThere =
                try Self.shell(
                    """
                    set -e; ip netns add \(here); ip netns add \(there)
                    ip link add mfv0 netns \(here) type veth peer name mfv1 netns \(there)
                    ip -n \(here) addr add 10.77.0.1/24 dev mfv0; ip -n \(there) addr add 10.77.0.2/24 dev mfv1
                    for n in \(here) \(there); do ip -n $n link set lo up; done
                    ip -n \(here) link set mfv0 up; ip -n \(there) link set mfv1 up
                    """
                ).status == 0
            defer { _ = try? Self.shell("ip netns del \(here); ip netns del \(there)") }
            // Where namespaces are not allowed, as in some containers, there is nothing to test.
            guard isThere else { return }
            try writeScript(
                "shift; exec ip netns exec \(there) unshare --uts sh -c \"hostname other-host; $*\"",
                to: "\(directory)/agent")
            try Data("10.77.0.1 slots=1\n10.77.0.2 slots=2\n".utf8).write(to: URL(filePath: "\(directory)/hosts"))
            let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
                .appending(path: "PoolProgram").path
            let (status, output) = try Self.shell(
                "exec timeout 50 ip netns exec \(here) \(program) hosts",
                [
                    "TMPDIR": directory, "OMPI_MCA_plm_rsh_agent": "\(directory)/agent",
                    "MPIFUTURES_HOSTFILE": "\(directory)/hosts",
                ])
            #expect(status == 0)
            let lines = output.split(separator: "\n")
            #expect(lines.count == 3, "\(output)")
            let hosts = (lines.first ?? "").split(separator: " ").map(String.init).sorted()
            #expect(hosts == ["other-host", "other-host", WorkerSetup.hostName].sorted())
            #expect(lines.dropFirst().first == "20000000")
            #expect(lines.last?.contains("on other-host) was ended by SIGKILL") == true, "\(output)")
            let ending = try await eventually(within: .seconds(10)) {
                (try? Self.shell("ip netns pids \(there); ip netns pids \(here)"))?.output.isEmpty == true
            }
            #expect(ending, "processes are left on a host")
        }
    }

    /// Runs a shell command.
    private static func shell(
        _ text: String, _ environment: [String: String] = [:]
    ) throws -> (status: Int32, output: String) {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", text]
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}

/// The pool's variables that a task sees.
struct EnvironmentTask: RemoteTask {
    func run() async throws -> [String] {
        ProcessInfo.processInfo.environment.keys.filter { $0.hasPrefix("MPIFUTURES_") }.sorted()
    }
}

/// The number of ranks, by a reduction.
struct SumTask: RemoteTask {
    func run() async throws -> Int {
        guard let communicator = TaskContext.current?.communicator else { return 0 }
        return try communicator.allReduce(1, .sum)
    }
}
