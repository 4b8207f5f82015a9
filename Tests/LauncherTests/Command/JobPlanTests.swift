// SPDX-License-Identifier: Apache-2.0
// From a request to a command line.

import Testing

@testable import MPILaunch

@Suite struct JobPlanTests {
    private static let user = Machine(environment: ["PATH": "/bin", "HOME": "/home/u"], isRoot: false, cores: 4)

    private static func plan(
        _ family: LauncherFamily, machine: Machine = user, _ change: (inout JobRequest) -> Void = { _ in }
    ) throws(LaunchError) -> JobPlan {
        var request = JobRequest(ranks: 2, program: "/bin/sh")
        request.arguments = ["-n", "9", "--syncro", "a b", "", "--"]
        change(&request)
        return try JobPlan(request, launcher: "/opt/mpirun", family: family, machine: machine, token: "T0K3N")
    }

    private static let program = ["/bin/sh", "-n", "9", "--syncro", "a b", "", "--"]
    private static let exported = [
        "-x", "MPIFUTURES_STRATEGY", "-x", "MPIFUTURES_THREADS", "-x", "OMP_NUM_THREADS", "-x", "OPENBLAS_NUM_THREADS",
        "-x", "MKL_NUM_THREADS", "-x", "BLIS_NUM_THREADS", "-x", "GOTO_NUM_THREADS",
    ]

    @Test func callsOpenMPI() throws {
        let plan = try Self.plan(.openMPI)
        #expect(plan.executable == "/opt/mpirun")
        #expect(plan.arguments == ["-n", "2", "--bind-to", "none"] + Self.exported + Self.program)
        #expect(plan.token == nil)
    }

    @Test func tellsOpenMPIWhatItHasToKnow() throws {
        let root = Machine(environment: Self.user.environment, isRoot: true, cores: 1)
        let plan = try Self.plan(.openMPI, machine: root)
        #expect(plan.arguments.prefix(6) == ["-n", "2", "--bind-to", "none", "--oversubscribe", "--allow-run-as-root"])
        let given = try Self.plan(.openMPI, machine: root) {
            $0.launcher = ["mpirun", "--bind-to", "core", "--oversubscribe", "-allow-run-as-root"]
        }
        #expect(
            given.arguments.prefix(8)
                == [
                    "--bind-to", "core", "--oversubscribe", "-allow-run-as-root", "-n", "2", "-x",
                    "MPIFUTURES_STRATEGY",
                ])
    }

    @Test func namesHosts() throws {
        let one = Machine(environment: Self.user.environment, isRoot: false, cores: 1)
        let hosts = try Self.plan(.openMPI, machine: one) { $0.hosts = ["a:2", "b"] }
        #expect(hosts.arguments.prefix(6) == ["-n", "2", "--host", "a:2,b", "--bind-to", "none"])
        #expect(!hosts.arguments.contains("--oversubscribe"), "the hosts have slots of their own")
        let file = try Self.plan(.openMPI, machine: one) { $0.hostfile = "/tmp/hosts" }
        #expect(file.arguments.prefix(4) == ["-n", "2", "--hostfile", "/tmp/hosts"])
        #expect(try Self.plan(.hydra) { $0.hosts = ["a", "b"] }.arguments.prefix(4) == ["-n", "2", "-hosts", "a,b"])
        #expect(try Self.plan(.hydra) { $0.hostfile = "h" }.arguments.prefix(4) == ["-n", "2", "-f", "h"])
        #expect(try Self.plan(.slurm) { $0.hosts = ["a", "b"] }.arguments.contains("--nodelist=a,b"))
        #expect(try Self.plan(.slurm) { $0.hostfile = "h" }.arguments.contains("--nodefile=h"))
    }

    @Test func callsTheOthers() throws {
        #expect(try Self.plan(.hydra).arguments == ["-n", "2"] + Self.program)
        #expect(
            try Self.plan(.slurm).arguments == ["--mpi=pmix", "-n", "2", "--kill-on-bad-exit=1", "--quit-on-interrupt"]
                + Self.program)
        #expect(try Self.plan(.other).arguments == ["-n", "2"] + Self.program)
        let own = try Self.plan(.slurm) { $0.launcher = ["srun", "--mpi=pmi2", "--exclusive"] }
        #expect(
            own.arguments == ["--mpi=pmi2", "--exclusive", "-n", "2", "--kill-on-bad-exit=1", "--quit-on-interrupt"]
                + Self.program)
    }

    @Test func letsTheJobGoOn() throws {
        let plan = try Self.plan(.openMPI) { $0.isContinuous = true }
        #expect(plan.arguments.first == "--continuous")
        #expect(plan.token == "T0K3N")
        #expect(plan.environment["MPIFUTURES_CONTINUOUS"] == "1")
        let shell = try #require(plan.arguments.firstIndex(of: "/bin/sh"))
        #expect(plan.arguments[shell + 1] == "-c")
        #expect(Array(plan.arguments[(shell + 3)...]) == ["T0K3N"] + Self.program)
        #expect(try Self.plan(.slurm) { $0.isContinuous = true }.arguments.contains("--kill-on-bad-exit=0"))
    }

    @Test func changesTheEnvironment() throws {
        let machine = Machine(
            environment: [
                "PATH": "/bin", "OMP_NUM_THREADS": "8", "OMPI_COMM_WORLD_RANK": "0", "PMIX_RANK": "0",
                "OMPI_MCA_btl": "self", "MPIFUTURES_STRATEGY": "local", "SLURM_JOB_ID": "7",
            ], isRoot: false, cores: 4)
        #expect(
            try Self.plan(.openMPI, machine: machine).environment == [
                "PATH": "/bin", "OMPI_MCA_btl": "self", "SLURM_JOB_ID": "7", "MPIFUTURES_STRATEGY": "masterWorker",
                "MPIFUTURES_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
                "BLIS_NUM_THREADS": "1", "GOTO_NUM_THREADS": "1",
            ])
        let plan = try Self.plan(.openMPI) {
            $0.isSyncro = true
            $0.threads = 3
        }
        #expect(plan.environment["MPIFUTURES_STRATEGY"] == "syncro")
        for name in ChildEnvironment.threadVariables + ["MPIFUTURES_THREADS"] { #expect(plan.environment[name] == "3") }
    }

    @Test func keepsTheUsersSettingsInsideOfAJob() {
        let ranks = [
            "OMPI_MCA_orte_hnp_uri": "1", "OMPI_MCA_orte_num_nodes": "1", "OMPI_MCA_ess": "^singleton",
            "OMPI_MCA_ess_base_jobid": "1", "OMPI_MCA_pmix": "^s1", "OMPI_MCA_initial_wdir": "/", "OMPI_COMMAND": "x",
            "PMIX_RANK": "0", "PMIX_MCA_gds": "hash", "PMI_FD": "4", "PRTE_X": "1",
        ]
        let users = ["OMPI_MCA_btl": "self", "OMPI_ALLOW_RUN_AS_ROOT": "1", "HOME": "/", "SLURM_JOB_ID": "3"]
        #expect(ChildEnvironment.withoutLauncher(ranks.merging(users) { $1 }) == users)
        let settings = ["OMPI_MCA_orte_tmpdir_base": "/tmp", "OMPI_MCA_pmix": "isolated"]
        #expect(ChildEnvironment.withoutLauncher(settings) == settings, "outside of a job they are the user's")
    }

    @Test func printsWhatAShellUnderstands() throws {
        #expect(
            try Self.plan(.other).description == """
                MPIFUTURES_STRATEGY=masterWorker \\
                MPIFUTURES_THREADS=1 \\
                OMP_NUM_THREADS=1 \\
                OPENBLAS_NUM_THREADS=1 \\
                MKL_NUM_THREADS=1 \\
                BLIS_NUM_THREADS=1 \\
                GOTO_NUM_THREADS=1 \\
                /opt/mpirun -n 2 /bin/sh -n 9 --syncro 'a b' '' --
                """)
    }

    /// What is refused, and with which status.
    static let refused: [(family: LauncherFamily, change: @Sendable (inout JobRequest) -> Void, LaunchError)] = [
        (.openMPI, { $0.ranks = 0 }, LaunchError(.usage, "-n is 0: a job has 1 to 65536 ranks.")),
        (.openMPI, { $0.ranks = -3 }, LaunchError(.usage, "-n is -3: a job has 1 to 65536 ranks.")),
        (.openMPI, { $0.threads = 0 }, LaunchError(.usage, "--threads is 0: at least 1 thread is needed.")),
        (
            .openMPI, { ($0.hostfile, $0.hosts) = ("h", ["a"]) },
            LaunchError(.usage, "--hostfile and --host are both given: name the hosts in one place.")
        ),
        (
            .openMPI, { ($0.isSyncro, $0.isContinuous) = (true, true) },
            LaunchError(
                .usage,
                "--continuous is given with --syncro: it lets a job go on without a worker, but in step every rank is "
                    + "needed. Leave one of them out.")
        ),
        (
            .openMPI, { $0.program = "" },
            LaunchError(.usage, "there is no program: write it after `--`, as in `swift-mpirun -n 2 -- ./P`.")
        ),
        (
            .openMPI, { $0.program = "nosuch" },
            LaunchError(
                .notFound,
                "the program nosuch was not found: it is not in PATH; write ./nosuch for a file in this directory.")
        ),
        (
            .openMPI, { $0.program = "/nosuch/p" },
            LaunchError(.notFound, "the program /nosuch/p was not found: there is no such file.")
        ),
        (
            .openMPI, { $0.program = "/etc/passwd" },
            LaunchError(
                .notExecutable, "the program /etc/passwd can't be run: it is no file with permission to execute.")
        ),
        (
            .other,
            {
                $0.isContinuous = true
                $0.launcher = ["mylauncher"]
            },
            LaunchError(
                .usage,
                "mylauncher is none that --continuous, --hostfile or --host could be passed on to: write its own options "
                    + "into --launcher.")
        ),
    ]

    @Test func mpichCannotGoOn() {
        let error = #expect(throws: LaunchError.self) {
            try Self.plan(.hydra) {
                $0.isContinuous = true
                $0.launcher = ["mpiexec.mpich"]
            }
        }
        #expect(error?.status == .usage)
        #expect(error?.message.hasPrefix("mpiexec.mpich is MPICH's, which ends a job when a rank is lost") == true)
    }

    @Test(arguments: refused.indices) func refuses(index: Int) {
        let (family, change, expected) = Self.refused[index]
        let error = #expect(throws: LaunchError.self) { try Self.plan(family, change) }
        #expect(error == expected)
    }

    @Test func looksForALauncher() {
        let machine = Machine(environment: ["PATH": "/nonexistent"], isRoot: false, cores: 1)
        let none = #expect(throws: LaunchError.self) {
            try JobPlan(finding: JobRequest(ranks: 1, program: "/bin/sh"), machine: machine)
        }
        #expect(none?.status == .notFound)
        #expect(
            none?.message.hasPrefix("no MPI launcher: none of mpirun, mpiexec, srun is in PATH; install one") == true)
        var request = JobRequest(ranks: 1, program: "/bin/sh")
        request.launcher = ["/etc/passwd"]
        let file = #expect(throws: LaunchError.self) { try JobPlan(finding: request, machine: machine) }
        #expect(file?.status == .notExecutable)
        let named = Machine(
            environment: ["PATH": "/bin", "MPIFUTURES_LAUNCHER": "true --quiet"], isRoot: false, cores: 1)
        #expect(throws: Never.self) {
            let plan = try JobPlan(finding: JobRequest(ranks: 1, program: "sh"), machine: named)
            #expect(plan.executable == "/bin/true")
            #expect(plan.arguments == ["--quiet", "-n", "1", "/bin/sh"])
        }
    }

    @Test(arguments: [
        ("mpirun (Open MPI) 4.1.4\n", LauncherFamily.openMPI), ("prterun (PRRTE) 3.0", .openMPI),
        ("HYDRA build details:\n    Version: 4.0.2", .hydra),
        ("Intel(R) MPI Library for Linux* OS, Version 2021", .hydra),
        ("slurm 22.05.8", .slurm), ("", .other), ("true (GNU coreutils) 9.1", .other),
    ])
    func knowsFamilies(text: String, family: LauncherFamily) {
        #expect(LauncherFamily(versionText: text) == family)
    }
}

@Suite struct ShellWordsTests {
    @Test(
        arguments: [
            ("mpirun", ["mpirun"]), ("  mpirun  --mca btl\tself ", ["mpirun", "--mca", "btl", "self"]),
            ("'a b'c \"d'e\" ''", ["a bc", "d'e", ""]), (#"a\ b "c\"d" 'e\f'"#, ["a b", "c\"d", "e\\f"]), ("", []),
            ("'a", nil), ("a\\", nil), ("\"", nil),
        ] as [(String, [String]?)])
    func splits(text: String, words: [String]?) {
        #expect(ShellWords.split(text) == words)
    }

    @Test(arguments: ["plain", "a b", "", "it's", "$HOME", "a\"b", "-x=1", "é", "a\nb", "*", "~"])
    func quotesWhatAShellWouldChange(word: String) {
        #expect(ShellWords.split(ShellWords.quote(word)) == [word])
        #expect((ShellWords.quote(word) == word) == ["plain", "-x=1"].contains(word))
    }
}
