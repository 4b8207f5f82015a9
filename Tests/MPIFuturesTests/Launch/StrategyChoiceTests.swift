// SPDX-License-Identifier: Apache-2.0
// Which strategy is chosen, and which are refused.

import Futures
import Testing

@testable import MPIFutures

@Suite struct StrategyChoiceTests {
    private static func choose(
        _ asked: Strategy, _ environment: [String: String], hasLauncher: Bool = true
    ) throws(ExecutorError) -> StrategyChoice {
        try StrategyChoice(asked: asked, environment: environment, hasLauncher: hasLauncher, program: "./P")
    }

    private static func ranks(_ size: Int, _ strategy: String? = nil, rank: Int = 0) -> [String: String] {
        var environment = ["OMPI_COMM_WORLD_RANK": "\(rank)", "OMPI_COMM_WORLD_SIZE": "\(size)"]
        environment["MPIFUTURES_STRATEGY"] = strategy
        return environment
    }

    private static let slurm = ["SLURM_JOB_ID": "7", "SLURM_JOB_NODELIST": "n[1-2]", "SLURM_TASKS_PER_NODE": "3,2"]
    private static let tasks = slurm.merging(
        ["SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "5", "SLURM_PROCID": "0"]) { $1 }

    /// What is chosen where nothing is wrong.
    static let chosen:
        [(asked: Strategy, environment: [String: String], hasLauncher: Bool, Strategy.Concrete, reason: String)] = [
            (.automatic, [:], true, .dynamic, "no MPI launcher started this program"),
            (.automatic, [:], false, .local, "no MPI launcher was found"),
            (.automatic, ["MPIFUTURES_STRATEGY": "automatic"], true, .dynamic, "no MPI launcher started this program"),
            (.automatic, ["MPIFUTURES_STRATEGY": "local"], true, .local, "MPIFUTURES_STRATEGY names it"),
            (.automatic, ["MPIFUTURES_STRATEGY": "dynamic"], false, .dynamic, "MPIFUTURES_STRATEGY names it"),
            (.dynamic, ["MPIFUTURES_STRATEGY": "local"], false, .dynamic, "asked for by the program"),
            (.local, ["MPIFUTURES_STRATEGY": "dynamic"], true, .local, "asked for by the program"),
            (.automatic, ranks(1), true, .dynamic, "one rank"),
            (.automatic, ranks(4), true, .masterWorker, "mpirun started 4 ranks"),
            (.automatic, ["PMI_RANK": "0", "PMI_SIZE": "2"], true, .masterWorker, "mpiexec started 2 ranks"),
            (
                .automatic, tasks.merging(["PMIX_RANK": "0"]) { $1 }, true, .masterWorker, "srun started 5 ranks"
            ),
            (.automatic, ranks(4, "masterWorker"), true, .masterWorker, "MPIFUTURES_STRATEGY names it"),
            (.automatic, ranks(4, "syncro", rank: 3), true, .syncro, "MPIFUTURES_STRATEGY names it"),
            (.automatic, ranks(4, "local", rank: 3), true, .local, "MPIFUTURES_STRATEGY names it"),
            (.masterWorker, ranks(2), true, .masterWorker, "asked for by the program"),
            (.syncro, ranks(2, "syncro"), true, .syncro, "asked for by the program"),
            (.local, ranks(2), true, .local, "asked for by the program"),
            (.masterWorker, ranks(1), true, .masterWorker, "asked for by the program"),
            (.syncro, ranks(1), true, .syncro, "asked for by the program"),
            (.dynamic, ranks(1, "syncro"), true, .dynamic, "asked for by the program"),
            (.automatic, slurm, true, .dynamic, "in Slurm job 7"),
            (.automatic, slurm, false, .local, "no MPI launcher was found"),
            (.local, tasks, true, .local, "asked for by the program"),
            (
                .automatic, tasks.merging(["SLURM_STEP_NUM_TASKS": "1"]) { $1 }, true, .dynamic, "in Slurm job 7"
            ),
        ]

    @Test(arguments: chosen.indices) func chooses(index: Int) throws {
        let (asked, environment, hasLauncher, kind, reason) = Self.chosen[index]
        let choice = try Self.choose(asked, environment, hasLauncher: hasLauncher)
        #expect(choice.kind == kind)
        #expect(choice.reason == reason)
        #expect((choice.warning != nil) == (reason == "no MPI launcher was found"))
        #expect((choice.allocation != nil) == (kind == .dynamic && environment["SLURM_JOB_ID"] != nil))
    }

    /// What is refused, and what is to be done instead.
    static let refused: [(asked: Strategy, environment: [String: String], message: String)] = [
        (
            .masterWorker, [:],
            "the program asks for masterWorker, but no MPI launcher started it: start it as `mpirun -n 4 ./P`"
        ),
        (
            .syncro, [:],
            "the program asks for syncro, but no MPI launcher started it: start it as "
                + "`swift-mpirun -n 4 --syncro -- ./P`"
        ),
        (
            .automatic, ["MPIFUTURES_STRATEGY": "syncro"],
            "MPIFUTURES_STRATEGY is syncro, but no MPI launcher started it: start it as "
                + "`swift-mpirun -n 4 --syncro -- ./P`"
        ),
        (
            .masterWorker, ranks(2, "syncro"),
            "the program asks for masterWorker, but mpirun started 2 ranks that run in step (MPIFUTURES_STRATEGY=syncro): "
                + "start it as `mpirun -n 4 ./P`, without --syncro"
        ),
        (
            .syncro, ranks(2),
            "the program asks for syncro, but mpirun started 2 ranks, of which those above 0 are workers: start it as "
                + "`swift-mpirun -n 4 --syncro -- ./P`"
        ),
        (
            .dynamic, ranks(2, "syncro", rank: 1),
            "the program asks for dynamic, but mpirun started 2 ranks that run in step (MPIFUTURES_STRATEGY=syncro): "
                + "start one process, as ./P, or ask for another strategy"
        ),
        (
            .dynamic, ranks(3),
            "the program asks for dynamic, but mpirun started 3 ranks, of which those above 0 are workers: start one "
                + "process, as ./P, or ask for another strategy"
        ),
        (
            .automatic, ranks(3, "dynamic", rank: 2),
            "MPIFUTURES_STRATEGY is dynamic, but mpirun started 3 ranks that know nothing of each other "
                + "(MPIFUTURES_STRATEGY=dynamic): start one process, as ./P, or ask for another strategy"
        ),
        (
            .masterWorker, ranks(3, "local", rank: 2),
            "the program asks for masterWorker, but mpirun started 3 ranks that know nothing of each other "
                + "(MPIFUTURES_STRATEGY=local): unset MPIFUTURES_STRATEGY, and start the program as `mpirun -n 4 ./P`"
        ),
        (
            .automatic, tasks,
            "srun started 5 tasks that can't find each other, for it was told nothing of MPI: use "
                + "`srun --mpi=pmix -n 5 ./P`, or `salloc -n 5 mpirun ./P`, or start one task"
        ),
        (
            .dynamic, tasks,
            "srun started 5 tasks that can't find each other, for it was told nothing of MPI: use "
                + "`srun --mpi=pmix -n 5 ./P`, or `salloc -n 5 mpirun ./P`, or start one task"
        ),
    ]

    @Test(arguments: refused.indices) func refuses(index: Int) {
        let (asked, environment, message) = Self.refused[index]
        let error = #expect(throws: ExecutorError.self) { try Self.choose(asked, environment) }
        #expect(error == ExecutorError(.launchMismatch, message))
    }

    @Test(arguments: [
        (
            ["MPIFUTURES_STRATEGY": "master"],
            "MPIFUTURES_STRATEGY is \"master\": set it to one of automatic, local, dynamic, masterWorker, syncro, or "
                + "unset it"
        ),
        (
            ["MPIFUTURES_STRATEGIE": "local"],
            "MPIFUTURES_STRATEGIE is set, but there is no such variable: those to set are "
                + PoolEnvironment.settings.joined(separator: ", ")
        ),
        (
            ["MPIFUTURES_WORKERS": "two"],
            "MPIFUTURES_WORKERS is \"two\": set it to a whole number from 1 to 65536, or unset it for one worker per "
                + "physical core"
        ),
        (
            ["MPIFUTURES_THREADS": "0"],
            "MPIFUTURES_THREADS is \"0\": set it to a whole number from 1 to 65536, or unset it for one thread each"
        ),
        (
            ["MPIFUTURES_ROOT": "yes"],
            "MPIFUTURES_ROOT is \"yes\": set it to computes or dispatches, or unset it"
        ),
        (["MPIFUTURES_CONTINUOUS": "yes"], "MPIFUTURES_CONTINUOUS is \"yes\": set it to 0 or 1, or unset it"),
        (
            ["MPIFUTURES_LAUNCHER": ""],
            "MPIFUTURES_LAUNCHER is empty: set it to the name or path of an MPI launcher, or unset it"
        ),
        (
            ["MPIFUTURES_HOSTFILE": ""],
            "MPIFUTURES_HOSTFILE is empty: set it to the path of a file with a host in each line, or unset it"
        ),
    ])
    func namesWhatIsMalformed(environment: [String: String], message: String) {
        // Even where the code asks for something else: a misspelling is never meant.
        for asked in [Strategy.automatic, .local, .dynamic] {
            let error = #expect(throws: ExecutorError.self) { try Self.choose(asked, environment) }
            #expect(error == ExecutorError(.invalidArgument, message))
        }
    }

    @Test func passesTheLaunchersProblemOn() {
        let error = #expect(throws: ExecutorError.self) { try Self.choose(.automatic, ["OMPI_COMM_WORLD_RANK": "0"]) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.hasPrefix("OMPI_COMM_WORLD_SIZE is not set") == true)
    }

    @Test func asksForALauncherOnlyWhereItMatters() throws {
        func fail() -> Bool {
            Issue.record("the launcher was looked for")
            return true
        }
        for environment in [Self.ranks(2), ["MPIFUTURES_STRATEGY": "local"]] {
            _ = try StrategyChoice(asked: .automatic, environment: environment, hasLauncher: fail())
        }
    }

    @Test func takesTheSlotsOfAnAllocation() throws {
        let choice = try Self.choose(.automatic, Self.slurm)
        #expect(try PoolEnvironment.workerCount(nil, Self.slurm, slots: choice.allocation?.slots) == 5)
        #expect(try PoolEnvironment.workerCount(2, Self.slurm, slots: 5) == 2)
        #expect(try PoolEnvironment.workerCount(nil, ["MPIFUTURES_WORKERS": "3"], slots: 5) == 3)
    }
}
