// SPDX-License-Identifier: Apache-2.0
// What is taken out of a job's standard error, and what is not.

import Testing

@testable import MPILaunch

@Suite struct NoiseFilterTests {
    private static let dashes = String(repeating: "-", count: 74)

    // As Open MPI 4.1.4 prints them.
    private static let aborted = """
        \(dashes)
        Primary job  terminated normally, but 1 process returned
        a non-zero exit code. Per user-direction, the job has been aborted.
        \(dashes)

        """
    private static let status = """
        \(dashes)
        mpirun detected that one or more processes exited with non-zero status, thus causing
        the job to be terminated. The first process to do so was:

          Process name: [[8374,1],1]
          Exit code:    3
        \(dashes)

        """
    private static let killed = """
        \(dashes)
        mpirun noticed that process rank 2 with PID 0 on node vm exited on signal 9 (Killed).
        \(dashes)

        """
    private static let abort = """
        \(dashes)
        MPI_ABORT was invoked on rank 1 in communicator MPI_COMM_WORLD
        with errorcode 5.

        NOTE: invoking MPI_ABORT causes Open MPI to kill all MPI processes.
        You may or may not see output from other processes, depending on
        exactly when Open MPI kills them.
        \(dashes)

        """
    private static let lines = """
        mpirun: Forwarding signal 10 to job
        [vm:30109] PMIX ERROR: BAD-PARAM in file ../../../src/event/pmix_event_notification.c at line 1033
        [vm:30109] 1 more process has sent help message help-mpi-api.txt / mpi-abort
        [vm:30109] 12 more processes have sent help message help-mpi-api.txt / mpi-abort
        [vm:07531] [[29077,0],0] ORTE_ERROR_LOG: Data unpack would read past end of buffer in file ../../../orte/util/show_help.c at line 501
        [vm:30109] Set MCA parameter "orte_base_help_aggregate" to 0 to see all help / error messages

        """
    private static let shortage = """
        \(dashes)
        There are not enough slots available in the system to satisfy the 4
        slots that were requested by the application:
        \(dashes)

        """

    /// All that comes out of a filter for pieces of a text.
    private static func filtered(_ text: String, pieces: Int, token: String? = nil) -> (String, NoiseFilter) {
        var filter = NoiseFilter(token: token)
        var output: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            output += filter.consume(rest.prefix(pieces))
            rest = rest.dropFirst(pieces)
        }
        output += filter.finish()
        return (String(decoding: output, as: UTF8.self), filter)
    }

    @Test(arguments: [1, 2, 7, 80, 10_000]) func takesNoiseOut(pieces: Int) {
        let text =
            "first\n\(Self.aborted)\(Self.status)second\n\(Self.killed)\(Self.abort)\(Self.lines)third without an end"
        let (output, filter) = Self.filtered(text, pieces: pieces)
        #expect(output == "first\nsecond\nthird without an end")
        #expect(filter.firstEnd == .exited(rank: 1, status: 3))
    }

    @Test(arguments: [1, 5, 10_000]) func leavesTheRest(pieces: Int) {
        for text in [
            Self.shortage, "\(Self.dashes)\n\(Self.dashes)\nmine\n\(Self.dashes)\n", "\(Self.dashes)-\n", "--\n-",
            "[1] a prompt", "[vm:12] my own log\n", "mpirun: something new\n", "\n\n", "", "[vm:x] y\n",
            "[vm:1] [[1,0],0] ORTE_ERROR_LOG: Not found in file x.c\n", "[a b] c\n",
            "\u{1E}not for us\u{1E}\n", "mpirun detected that one or more processes exited\n",
            "\(Self.dashes)\nPrimary job  is mine\n", "é😀\n", Self.dashes, "\(Self.dashes)\n",
        ] {
            #expect(Self.filtered(text, pieces: pieces).0 == text)
            #expect(Self.filtered(text, pieces: pieces, token: "T").0 == text)
        }
    }

    @Test func learnsHowRanksEnded() {
        #expect(Self.filtered(Self.killed, pieces: 9).1.firstEnd == .killed(rank: 2, signal: 9))
        #expect(Self.filtered(Self.abort, pieces: 9).1.firstEnd == .exited(rank: 1, status: 5))
        #expect(Self.filtered(Self.killed + Self.status, pieces: 9).1.firstEnd == .killed(rank: 2, signal: 9))
        #expect(Self.filtered(Self.aborted, pieces: 9).1.firstEnd == nil)
        #expect(
            "\(NoiseFilter.RankEnd.killed(rank: 2, signal: 9))"
                == "rank 2 was ended by signal 9 (Killed), and the job with it")
    }

    @Test func delaysNothingThatCantBeNoise() {
        var filter = NoiseFilter()
        for text in ["a prompt: ", "more", "\n", "50 %", "\r75 %", "\n", "[", "x y"] {
            let held = text == "["
            #expect(filter.consume(Array(text.utf8)) == (held ? [] : Array((text == "x y" ? "[x y" : text).utf8)))
            #expect(filter.isHolding == held)
        }
    }

    @Test func releasesWhatNothingFollows() {
        var filter = NoiseFilter()
        #expect(filter.consume(Array("---".utf8)).isEmpty)
        #expect(filter.isHolding)
        #expect(filter.release() == Array("---".utf8))
        #expect(!filter.isHolding)
        let rest = String(repeating: "-", count: 71) + "\nPrimary job  terminated normally, but mine\n"
        #expect(filter.consume(Array(rest.utf8)) == Array(rest.utf8), "the line had begun to pass")
        #expect(filter.consume(Array("\(Self.dashes)\nPrim".utf8)).isEmpty)
        #expect(filter.release() == Array("\(Self.dashes)\nPrim".utf8))
    }

    @Test(arguments: [1, 3, 100]) func findsTheReport(pieces: Int) {
        let (output, filter) = Self.filtered(
            "no newline\u{1E}T0K:139\u{1E}\nmore\n", pieces: pieces, token: "T0K")
        #expect(output == "no newlinemore\n")
        #expect(filter.reportedStatus == 139)
        let (other, unknown) = Self.filtered("\u{1E}XXX:1\u{1E}\u{1E}T0K:x\u{1E}", pieces: pieces, token: "T0K")
        #expect(other == "\u{1E}XXX:1\u{1E}\u{1E}T0K:x\u{1E}")
        #expect(unknown.reportedStatus == nil)
    }

    @Test func findsTheSignalThatMPICHNames() {
        // As mpiexec 4.0.2 prints it.
        let text =
            "YOUR APPLICATION TERMINATED WITH THE EXIT STRING: Killed (signal 9)\nThis typically refers to a problem\n"
        let (output, filter) = Self.filtered(text, pieces: 5)
        #expect(filter.lastSignal == 9)
        #expect(output == text)
        #expect(Self.filtered("signal 9\n", pieces: 5).1.lastSignal == nil)
    }

    @Test func seesThatALauncherStumbled() {
        let text = "[vm:1] [[1,0],0] ORTE_ERROR_LOG: Error in file ess_hnp_module.c\n  orte_session_dir failed\n"
        let (output, filter) = Self.filtered(text, pieces: 7)
        #expect(filter.hasStumbled)
        #expect(output == text)
    }
}
