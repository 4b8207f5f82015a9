// SPDX-License-Identifier: Apache-2.0
// Lockstep programs on real ranks.

import Testing

@Suite(.onePoolAtATime, .serialized, .timeLimit(.minutes(3)))
struct SyncroRankTests {
    @Test("Agreement, gangs and divergence; each case within its deadline on all ranks", arguments: 1...4)
    func cases(ranks: Int) async throws {
        let run = try await SyncroRun(ranks: ranks, "cases")
        #expect(run.lines("FAILED").isEmpty)
        #expect(run.lines("done").count == ranks, "\(run.output.suffix(2000))")
        #expect(run.status == 0, "\(run.output.suffix(2000))")
        // A program that silently did nothing would have no failures either.
        #expect(run.lines("ok").count > 130 * ranks)
        // Refusals of cancel() are said once by each rank.
        #expect(run.output.split(separator: "\n").filter { $0.contains("cancel() was refused") }.count == ranks)
    }

    @Test("Ranks that are through still compute what others ask for")
    func unasked() async throws {
        let run = try await SyncroRun(ranks: 3, "unasked")
        #expect(run.status == 0, "\(run.output.suffix(2000))")
        #expect(run.lines("FAILED").isEmpty && run.lines("done").count == 3)
    }

    @Test("A rank whose program ended before the others' says so and does not end well")
    func early() async throws {
        let run = try await SyncroRun(ranks: 3, "early")
        #expect(run.status == 70, "\(run.output.suffix(2000))")
        #expect(run.lines("FAILED").isEmpty)
        #expect(run.output.contains("ended after 1 submission"))
    }

    @Test("The exit status is the program's")
    func status() async throws {
        let run = try await SyncroRun(ranks: 2, "status")
        #expect(run.status == 9, "\(run.output.suffix(2000))")
    }

    @Test("After a divergence that all have caught the job ends well")
    func caught() async throws {
        let run = try await SyncroRun(ranks: 3, "caught")
        #expect(run.status == 0, "\(run.output.suffix(2000))")
        #expect(run.lines("FAILED").isEmpty && run.lines("done").count == 3)
    }

    @Test("After a divergence that nobody has caught the job ends, and says why")
    func uncaught() async throws {
        let run = try await SyncroRun(ranks: 2, "uncaught")
        #expect(run.status != 0)
        #expect(run.output.contains("the ranks diverged at submission 0"))
    }

    @Test("A rank that does not end its program holds nobody up after a divergence")
    func stuck() async throws {
        let run = try await SyncroRun(ranks: 2, "stuck", patience: 2)
        #expect(run.status == 70, "\(run.output.suffix(2000))")
        #expect(run.output.contains("leaves without rank 1"))
    }

    @Test("A rank that crashes ends the job, and nobody waits")
    func crash() async throws {
        let run = try await SyncroRun(ranks: 3, "crash")
        #expect(run.status != 0)
        #expect(run.lines("done").isEmpty)
    }
}
