// SPDX-License-Identifier: Apache-2.0
// Programs whose ranks above 0 are workers.

import Foundation
import Testing

@Suite(.onePoolAtATime, .timeLimit(.minutes(3)))
struct MasterWorkerTests {
    private func job(
        _ ranks: Int, _ scenario: String, _ environment: [String: String] = [:]
    ) async throws -> MPIJob {
        try await MPIJob.run(ranks: ranks, ["JobProgram", scenario], environment: environment)
    }

    @Test(arguments: [2, 4])
    func runsMainOnOneRankOnly(ranks: Int) async throws {
        let job = try await job(ranks, "unused")
        #expect(job.lines.count == 1, "\(job.lines)")
        #expect(job.status == 0, "\(job.errors)")
        #expect(job.errors == "")
    }

    @Test(arguments: [2, 3])
    func endsWithTheStatusOfRankZero(ranks: Int) async throws {
        let job = try await job(ranks, "exit")
        #expect(job.lines == ["21"])
        #expect(job.status == 3, "\(job.errors)")
    }

    @Test(arguments: [("throw", []), ("trap", ["21"])])
    func endsWhereRankZeroCrashes(scenario: String, lines: [String]) async throws {
        let job = try await job(3, scenario)
        #expect(job.lines == lines)
        // 128 and the number of SIGILL or SIGTRAP, by which Swift programs end.
        #expect([132, 133].contains(job.status), "\(job.status)")
        #expect(job.errors.contains(scenario == "throw" ? "thrown by main" : "trapped on purpose"))
    }

    @Test func tellsWhichWorkerDied() async throws {
        let job = try await job(3, "crash")
        #expect(job.lines.count == 4, "\(job)")
        // The healthy one may have been quicker than the news.
        for line in job.lines where !line.hasPrefix("healthy: value") {
            #expect(line.contains("workerLost: the worker of rank "), "\(line)")
            #expect(line.contains("was ended by SIGKILL"), "\(line)")
        }
        #expect(job.status != 0, "a job that has lost a rank has not succeeded")
    }

    @Test func tellsWhichWorkerDiedInAGang() async throws {
        let job = try await job(3, "gangcrash")
        #expect(job.lines.first?.contains("the worker of rank 2 ") == true, "\(job)")
        #expect(job.lines.first?.contains("was ended by SIGSEGV") == true, "\(job)")
        #expect(job.status != 0)
    }

    @Test(arguments: ["crash", "gangcrash"])
    func goesOnWithTheOthersWhereItMay(scenario: String) async throws {
        let job = try await MPIJob.run(
            ranks: 4, ["JobProgram", scenario], environment: ["MPIFUTURES_CONTINUOUS": "1"],
            launcherOptions: ["--continuous"])
        #expect(job.lines.count == 5, "\(job)")
        #expect(job.lines.first?.hasPrefix("lost: workerLost: the worker of rank ") == true, "\(job)")
        #expect(job.lines.dropFirst().prefix(2) == ["healthy: value 2", "later: value 3"])
        #expect(
            job.lines.dropFirst(3).first?.hasPrefix("gang: rankMismatch: ") == true, "4 ranks are not there any more")
        #expect(job.lines.last == "gang of 2")
    }

    @Test(arguments: [2, 4], ["multiple", "funneled"])
    func sharesRanksAmongExecutors(ranks: Int, threads: String) async throws {
        let job = try await job(ranks, "executors", ["MPIFUTURES_MPI_THREADS": threads])
        // Of each of 4 executors: 50 numbers, and 5 of them again as the largest of a gang.
        let sum = (0..<4).map { index in
            (0..<50).reduce(0) { $0 + 1000 * index + $1 * ($1 % 10 == 0 ? 2 : 1) } + 5000 * index
        }
        #expect(job.lines == ["refused: shutDown", "sum \(sum.reduce(0, +))", "random true"], "\(job)")
        #expect(job.status == 0)
    }

    @Test(arguments: [1, 2, 3, 4])
    func runsGangsOfAllRanks(ranks: Int) async throws {
        let job = try await job(ranks, "gangs", ["MPIFUTURES_STRATEGY": "masterWorker"])
        #expect(job.lines.last == "gangs of up to \(ranks)", "\(job)")
        #expect(job.lines.first?.contains("asks for \(ranks + 1) ranks and the executor has \(ranks)") == true)
        #expect(job.status == 0)
    }

    @Test func keepsRankZeroOutOfGangsWhereAsked() async throws {
        let job = try await job(3, "gangs", ["MPIFUTURES_ROOT": "dispatches"])
        #expect(job.lines.last == "gangs of up to 2", "\(job)")
        #expect(job.lines.dropFirst().first?.contains("rank 0 hands out tasks only") == true, "\(job)")
    }

    @Test func handsTasksOutWhileRankZeroComputes() async throws {
        let job = try await job(4, "busy")
        #expect(job.lines == ["gang of 3, many tasks meanwhile"], "\(job)")
    }

    @Test(arguments: ["multiple", "funneled"])
    func cancelsGangs(threads: String) async throws {
        let environment = [
            "MPIFUTURES_MPI_THREADS": threads, "MPIFUTURES_ROOT": threads == "funneled" ? "dispatches" : "computes",
        ]
        let job = try await job(3, "cancel", environment)
        #expect(job.lines == ["CancellationError", "next true"], "\(job)")
        #expect(job.status == 0)
    }

    @Test func refusesAnotherNumberOfWorkers() async throws {
        let job = try await job(3, "workers")
        #expect(job.lines.first?.contains("7 workers were asked for, and this MPI job has 2") == true, "\(job)")
        #expect(job.lines.last == "1")
    }

    @Test func carriesLargePayloads() async throws {
        let job = try await job(2, "large")
        #expect(job.lines == ["same true"], "\(job)")
    }

    @Test func refusesAnotherProgramAmongTheRanks() async throws {
        let job = try await MPIJob.run(ranks: 2, ["JobProgram", "crash"], ["PoolProgram"])
        #expect(job.errors.contains("imageMismatch: rank 1 runs build"), "\(job)")
        #expect(job.status != 0)
    }
}
