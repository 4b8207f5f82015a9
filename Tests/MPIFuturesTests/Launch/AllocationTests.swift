// SPDX-License-Identifier: Apache-2.0
// Hosts of Slurm jobs and of hostfiles.

import Foundation
import Futures
import Testing

@testable import MPIFutures

@Suite struct AllocationTests {
    @Test(
        arguments: [
            ("n1", ["n1"]), ("n1,n2", ["n1", "n2"]), ("n[1-3]", ["n1", "n2", "n3"]),
            ("node[01-03,7],login", ["node01", "node02", "node03", "node7", "login"]),
            ("n[08-11]", ["n08", "n09", "n10", "n11"]), ("r[1-2]n[1,3]", ["r1n1", "r1n3", "r2n1", "r2n3"]),
            ("a[1]-ib", ["a1-ib"]), ("", nil), ("n[", nil), ("n]", nil), ("n[]", nil), ("n[2-1]", nil), ("n[x]", nil),
            ("n1,,n2", nil), ("n[1-99999999]", nil), ("n[-1]", nil),
        ] as [(String, [String]?)])
    func readsHostLists(text: String, names: [String]?) {
        #expect(SlurmLists.hostNames(text) == names)
    }

    @Test(
        arguments: [
            ("4", [4]), ("4(x2),3", [4, 4, 3]), ("1,2,3", [1, 2, 3]), ("", nil), ("0", nil), ("4(x0)", nil),
            ("4(2)", nil),
            ("4(x2", nil), ("a", nil), ("4,", nil), ("4(x99999999)", nil),
        ] as [(String, [Int]?)])
    func readsCounts(text: String, counts: [Int]?) {
        #expect(SlurmLists.counts(text) == counts)
    }

    @Test func countsTheSlotsOfASlurmJob() throws {
        var environment = ["SLURM_JOB_ID": "7", "SLURM_JOB_NODELIST": "n[1-2]"]
        #expect(try Allocation(environment)?.slots == 2)
        environment["SLURM_JOB_CPUS_PER_NODE"] = "8(x2)"
        #expect(try Allocation(environment)?.slots == 16)
        environment["SLURM_CPUS_PER_TASK"] = "3"
        #expect(try Allocation(environment)?.slots == 4)
        environment["SLURM_TASKS_PER_NODE"] = "3,2"
        let allocation = try #require(try Allocation(environment))
        #expect(allocation.hosts == [.init(name: "n1", slots: 3), .init(name: "n2", slots: 2)])
        #expect(allocation.source == .slurm(job: "7"))
        #expect(allocation.hostfile == nil)
        #expect(try Allocation([:]) == nil)
    }

    @Test(arguments: ["SLURM_JOB_NODELIST", "SLURM_TASKS_PER_NODE"])
    func namesTheSlurmVariable(name: String) throws {
        var environment = ["SLURM_JOB_ID": "7", "SLURM_JOB_NODELIST": "n1"]
        environment[name] = "]"
        let error = #expect(throws: ExecutorError.self) { try Allocation(environment) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.hasPrefix("\(name) is \"]\"") == true)
        let missing = #expect(throws: ExecutorError.self) { try Allocation(["SLURM_JOB_ID": "7"]) }
        #expect(missing?.message.hasPrefix("SLURM_JOB_ID is set, but SLURM_JOB_NODELIST is not") == true)
    }

    @Test func readsHostfiles() throws {
        let text = "# mine\n node1 slots=4 max_slots=8 # big\r\n\nnode2:2\n\tnode3\nnode1 slots=1\n"
        #expect(
            try Hostfile.parse(text, path: "hosts") == [
                .init(name: "node1", slots: 5), .init(name: "node2", slots: 2), .init(name: "node3", slots: 1),
            ])
    }

    @Test(arguments: [
        ("a\nb slots=x", "MPIFUTURES_HOSTFILE: line 2 of hosts is \"b slots=x\""),
        ("a slots=0", "MPIFUTURES_HOSTFILE: line 1 of hosts"), (":3", "MPIFUTURES_HOSTFILE: line 1 of hosts"),
        ("a:", "MPIFUTURES_HOSTFILE: line 1 of hosts"), ("a 4", "MPIFUTURES_HOSTFILE: line 1 of hosts"),
        ("# none", "MPIFUTURES_HOSTFILE is \"hosts\", which names no host"),
    ])
    func namesTheLine(text: String, start: String) {
        let error = #expect(throws: ExecutorError.self) { try Hostfile.parse(text, path: "hosts") }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.hasPrefix(start) == true, "\(error?.message ?? "")")
    }

    @Test func prefersTheHostfile() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/hosts"
            try Data("a slots=2\nb slots=3\n".utf8).write(to: URL(fileURLWithPath: path))
            let allocation = try #require(
                try Allocation(["MPIFUTURES_HOSTFILE": path, "SLURM_JOB_ID": "7", "SLURM_JOB_NODELIST": "n1"]))
            #expect(allocation.hostfile == path)
            #expect(allocation.slots == 5)
            #expect(allocation.summary == "a, b")
            let error = #expect(throws: ExecutorError.self) { try Allocation(["MPIFUTURES_HOSTFILE": "\(path)x"]) }
            #expect(error?.message.hasPrefix("MPIFUTURES_HOSTFILE is \"\(path)x\", which can't be read") == true)
        }
    }
}
