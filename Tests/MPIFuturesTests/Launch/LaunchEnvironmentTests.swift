// SPDX-License-Identifier: Apache-2.0
// What started a process, told from its environment.

import Testing

@testable import MPIFutures

@Suite struct LaunchEnvironmentTests {
    /// An environment, and what is to be read from it.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var environment: [String: String]
        var starter: LaunchEnvironment.Starter
        var place: LaunchEnvironment.Place?
        var slurmTasks = 1
        var testDescription: String { name }
    }

    static let slurmJob = ["SLURM_JOB_ID": "7", "SLURM_JOB_NODELIST": "n1", "SLURM_NTASKS": "4"]
    static let slurmStep = slurmJob.merging(
        ["SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "4", "SLURM_PROCID": "2", "SLURM_LOCALID": "2"]) { $1 }

    static let cases = [
        Case(name: "a shell", environment: ["PATH": "/bin"], starter: .nobody),
        Case(
            name: "Open MPI",
            environment: [
                "OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_LOCAL_RANK": "1",
                "PMIX_RANK": "3",
            ],
            starter: .openMPI, place: .init(rank: 3, size: 4, localRank: 1)),
        Case(
            name: "Open MPI whose helpers srun started",
            environment: slurmStep.merging(["OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_SIZE": "8"]) { $1 },
            starter: .openMPI, place: .init(rank: 0, size: 8, localRank: nil)),
        Case(
            name: "MPICH",
            environment: ["PMI_RANK": "1", "PMI_SIZE": "2", "MPI_LOCALRANKID": "1", "MPI_LOCALNRANKS": "2"],
            starter: .mpich, place: .init(rank: 1, size: 2, localRank: 1)),
        Case(
            name: "MPICH whose helpers srun started",
            environment: slurmStep.merging(["PMI_RANK": "5", "PMI_SIZE": "6", "MPI_LOCALNRANKS": "3"]) { $1 },
            starter: .mpich, place: .init(rank: 5, size: 6, localRank: nil), slurmTasks: 4),
        Case(
            name: "srun with PMIx", environment: slurmStep.merging(["PMIX_RANK": "2"]) { $1 },
            starter: .slurmPMIx, place: .init(rank: 2, size: 4, localRank: 2), slurmTasks: 4),
        Case(
            name: "srun with PMI2", environment: slurmStep.merging(["PMI_RANK": "2", "PMI_SIZE": "4"]) { $1 },
            starter: .slurmPMI2, place: .init(rank: 2, size: 4, localRank: 2), slurmTasks: 4),
        Case(name: "srun without MPI", environment: slurmStep, starter: .slurmWithoutMPI, slurmTasks: 4),
        Case(
            name: "srun of one task in an allocation of four",
            environment: slurmStep.merging(["SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0"]) { $1 },
            starter: .slurmWithoutMPI),
        Case(name: "salloc", environment: slurmJob, starter: .nobody),
        Case(
            name: "a batch script", environment: slurmJob.merging(["SLURM_PROCID": "0", "SLURM_LOCALID": "0"]) { $1 },
            starter: .nobody),
    ]

    @Test(arguments: cases) func tellsWhoStartedIt(of known: Case) {
        let launch = LaunchEnvironment(known.environment)
        #expect(launch.starter == known.starter)
        #expect(launch.place == known.place)
        #expect(launch.size == known.place?.size ?? 1)
        #expect(launch.slurmTasks == known.slurmTasks)
        #expect(launch.problem == nil)
    }

    @Test(arguments: [
        (["OMPI_COMM_WORLD_RANK": "x", "OMPI_COMM_WORLD_SIZE": "4"], "OMPI_COMM_WORLD_RANK is \"x\""),
        (["OMPI_COMM_WORLD_RANK": "4", "OMPI_COMM_WORLD_SIZE": "4"], "OMPI_COMM_WORLD_RANK is \"4\""),
        (["OMPI_COMM_WORLD_RANK": "-1", "OMPI_COMM_WORLD_SIZE": "4"], "OMPI_COMM_WORLD_RANK is \"-1\""),
        (["OMPI_COMM_WORLD_RANK": "0"], "OMPI_COMM_WORLD_SIZE is not set"),
        (["PMI_RANK": "0", "PMI_SIZE": "0"], "PMI_SIZE is \"0\""),
        (["PMIX_RANK": "0"], "PMIX_RANK is set, but"),
    ])
    func namesWhatIsMalformed(environment: [String: String], start: String) {
        let launch = LaunchEnvironment(environment)
        #expect(launch.problem?.hasPrefix(start) == true, "\(launch.problem ?? "no problem")")
        #expect(launch.role == .program)
        #expect(launch.mode == .alone)
    }

    /// A strategy's name, a number of ranks, and what ranks 0 and, where there is one, 1 do.
    static let roles: [(name: String?, size: Int, roles: [LaunchRole], mode: LaunchEnvironment.Mode)] = [
        (nil, 1, [.program], .alone),
        (nil, 2, [.program, .masterWorkerRank(1)], .masterWorker),
        ("automatic", 2, [.program, .masterWorkerRank(1)], .masterWorker),
        ("masterWorker", 2, [.program, .masterWorkerRank(1)], .masterWorker),
        ("masterWorker", 1, [.program], .masterWorker),
        ("syncro", 2, [.lockstepRank(0), .lockstepRank(1)], .lockstep),
        ("syncro", 1, [.lockstepRank(0)], .lockstep),
        ("local", 2, [.program, .program], .independent),
        ("dynamic", 2, [.program, .program], .independent),
        ("dynamic", 1, [.program], .alone),
        ("master", 2, [.program, .program], .independent),
    ]

    @Test(arguments: roles.indices) func givesRoles(index: Int) {
        let (name, size, roles, mode) = Self.roles[index]
        for (rank, role) in roles.enumerated() {
            var environment = ["OMPI_COMM_WORLD_RANK": "\(rank)", "OMPI_COMM_WORLD_SIZE": "\(size)"]
            environment["MPIFUTURES_STRATEGY"] = name
            let launch = LaunchEnvironment(environment)
            #expect(launch.role == role)
            #expect(launch.mode == mode)
        }
    }

    @Test func withoutALauncherEverythingIsAProgram() {
        for name in [nil, "automatic", "masterWorker", "syncro", "local", "dynamic"] {
            var environment: [String: String] = [:]
            environment["MPIFUTURES_STRATEGY"] = name
            #expect(LaunchEnvironment(environment).role == .program)
        }
    }

    @Test func readsLittle() {
        var asked: [String] = []
        _ = LaunchEnvironment { name in
            asked.append(name)
            return nil
        }
        #expect(asked.count <= 8, "the constructor of every program asks for these: \(asked)")
    }
}
