// SPDX-License-Identifier: Apache-2.0
// The start and the end of lockstep in this process.

import CWorkerEntry
import Foundation
import Futures
import MPI
import Synchronization

/// Makes this process's lockstep job when the first executor is made, and ends it with the program.
///
/// The program ends in step too: a rank that is through stays, and runs what it owns, until all programs have ended.
final class LockstepProcess: Sendable {
    /// The one of this process.
    static let shared = LockstepProcess()

    private struct Parts {
        var job: LockstepJob
        var transport: MPITransport
    }

    /// How long the end of MPI may take: it waits for the other ranks, which are all at their end.
    private static let finalizePatience = Duration.seconds(20)
    /// How long after a failure, when ranks may be gone or stuck.
    private static let brokenPatience = Duration.seconds(2)
    /// The exit status of a program that ended well on a rank whose job did not (`EX_SOFTWARE`).
    private static let failureStatus: Int32 = 70

    private let starting = Mutex<Future<LockstepJob>?>(nil)
    private let parts = Mutex<Parts?>(nil)

    private init() {}

    /// The job of this process; the first call starts MPI.
    ///
    /// Collective over the job: every rank makes its first executor at some time.
    ///
    /// - Parameters:
    ///   - limit: How long the other ranks may take to come.
    ///   - workers: What the program asked for.
    /// - Throws: ``Futures/ExecutorError`` with code `nestedSubmission` in a task, `bootTimedOut`, `launchFailed`, or
    ///   `invalidArgument` where another number of workers was asked for than there are ranks.
    func job(_ limit: Duration, asked workers: Int?, _ environment: [String: String]) async throws -> LockstepJob {
        guard TaskContext.current == nil else {
            throw ExecutorError(
                .nestedSubmission,
                "this code runs in a task, on one rank only, and the other ranks would make no executor: submit from the "
                    + "program, and return from the task what is to be submitted next")
        }
        let patience = try PoolEnvironment.patience(environment)
        let future = starting.withLock { starting in
            if let starting { return starting }
            let future = start(patience)
            starting = future
            return future
        }
        let job: LockstepJob
        do {
            job = try await future.value(within: limit)
        } catch let error as ExecutorError where error.code == .timedOut {
            throw ExecutorError(
                .bootTimedOut,
                "MPI did not start within \(limit): it waits for all ranks, and in strategy syncro each of them must make "
                    + "an executor")
        }
        if let workers, workers != job.size {
            throw ExecutorError(
                .invalidArgument,
                "\(workers) workers were asked for, and in strategy syncro there are as many as ranks, \(job.size): "
                    + "leave the number away, or start \(workers) ranks")
        }
        return job
    }

    private func start(_ patience: Duration) -> Future<LockstepJob> {
        let promise = Promise<LockstepJob>()
        // Ranks share the cores.
        _ = CWorkerEntry_setNumericThreads(PoolEnvironment.ownThreadCount)
        Task(executorPreference: MPIThread.shared) {
            do {
                try MPIThread.shared.runInitialize(.asked)
                let world = try Communicator.world()
                let job = LockstepJob(rank: world.rank, size: world.size, patience: patience)
                let transport = try MPITransport(job)
                job.attach(transport)
                transport.start()
                self.parts.withLock { $0 = Parts(job: job, transport: transport) }
                // The last to be registered is the first to be called: before the libraries' own handlers.
                on_exit({ status, _ in LockstepProcess.shared.programEnded(status) }, nil)
                promise.succeed(job)
            } catch {
                promise.fail(ExecutorError(.launchFailed, "MPI could not be started on this rank", cause: error))
            }
        }
        return promise.future
    }

    /// The program has ended on this rank: waits for the others, and ends MPI.
    ///
    /// Called by `exit`, on its thread. What this rank owns runs on.
    private func programEnded(_ status: Int32) {
        guard let parts = parts.withLock({ $0 }) else { return }
        let job = parts.job
        job.post { $0.machine.programEnded() }
        let mayLeave = waitForOthers(job)
        if let failure = job.unseenFailure {
            LockstepJob.say("rank \(job.rank): \(failure.error)")
        }
        let status = status == 0 && job.unseenFailure != nil ? Self.failureStatus : status
        guard mayLeave else {
            LockstepJob.say(
                "rank \(job.rank) leaves without rank \(job.rankAtWork.map { "\($0)" } ?? "?"), whose program does not end"
            )
            Self.leave(status == 0 ? Self.failureStatus : status)
        }
        guard finalize(parts, job.failure == nil ? Self.finalizePatience : Self.brokenPatience) else {
            Self.leave(status)
        }
        if job.unseenFailure != nil { Self.leave(status) }
    }

    /// Waits until all programs have ended; after a failure no longer than the job's patience.
    private func waitForOthers(_ job: LockstepJob) -> Bool {
        var limit: ContinuousClock.Instant?
        return Self.wait {
            if job.mayLeave { return true }
            guard job.failure != nil else { return nil }
            let end = limit ?? .now + job.patience
            limit = end
            return ContinuousClock.now < end ? nil : false
        }
    }

    /// Ends MPI, which waits for the other ranks; false where that takes too long.
    private func finalize(_ parts: Parts, _ patience: Duration) -> Bool {
        let end = ContinuousClock.now + patience
        let ending = Ending()
        Task {
            await parts.transport.finish()
            // No look at MPI may be under way when it ends.
            await parts.transport.stop()
            await Task(executorPreference: MPIThread.shared) {
                // Whether it succeeds makes no difference to a process that leaves.
                try? MPIThread.shared.finalize()
            }.value
            ending.isDone.store(true, ordering: .releasing)
        }
        return Self.wait { ending.isDone.load(ordering: .acquiring) ? true : ContinuousClock.now < end ? nil : false }
    }

    /// Looks until there is an answer, less and less often.
    private static func wait(_ answer: () -> Bool?) -> Bool {
        var pause: UInt32 = 100
        while true {
            if let answer = answer() { return answer }
            usleep(pause)
            pause = min(2 * pause, 10_000)
        }
    }

    private static func leave(_ status: Int32) -> Never {
        fflush(nil)
        _exit(status)
    }

    private final class Ending: Sendable {
        let isDone = Atomic<Bool>(false)
    }
}
