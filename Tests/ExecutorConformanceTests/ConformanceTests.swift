// SPDX-License-Identifier: Apache-2.0
// The suite against executors of this process, a user's own included.

import ExecutorConformance
import Futures
import Synchronization
import Testing

/// An executor that a user has written around another one.
actor Recorder: FutureExecutor {
    private let base: any FutureExecutor
    private(set) var names: [String] = []

    init(around base: any FutureExecutor) { self.base = base }

    var concurrency: Int {
        get async { await base.concurrency }
    }

    func submit<Task: RemoteTask>(_ task: Task, options: TaskOptions) async -> Future<Task.Output> {
        names.append(options.name ?? "\(Task.self)")
        return await base.submit(task, options: options)
    }
}

/// An executor that answers its first task, and no other.
private actor Forgetful: FutureExecutor {
    private let base = LocalExecutor(concurrency: 1)
    private var promises: [any Sendable] = []
    private var count = 0

    func submit<Work: RemoteTask>(_ task: Work, options: TaskOptions) async -> Future<Work.Output> {
        count += 1
        guard count > 1 else { return await base.submit(task, options: options) }
        let promise = Promise<Work.Output>()
        promises.append(promise)
        return promise.future
    }
}

@Suite(.serialized, .timeLimit(.minutes(3)))
struct ConformanceTests {
    private static let exceptions = ["max_workers_negative": "it stops the program"]

    private func expectAllHolds(_ results: [CheckResult]) {
        #expect(results.count == Contract.checks.count)
        for result in results where result.status == .failed { Issue.record("\(result.line)") }
    }

    @Test(arguments: [false, true])
    func holdsForTheLocalExecutor(rehearses: Bool) async {
        let subject = ConformanceSubject(
            "local", Abilities(encodes: rehearses), exceptions: Self.exceptions
        ) { request in
            let executor = LocalExecutor(
                concurrency: request.workers ?? 2, rehearses: rehearses, seed: request.seed,
                initializer: request.initializer)
            return SubjectExecutor(executor, bootUp: { try await executor.bootUp() }) {
                await executor.shutdown(cancelPending: $0)
            }
        }
        expectAllHolds(await ConformanceRunner(subject, patience: 2).run())
    }

    @Test func holdsForAnExecutorOfOnesOwn() async {
        let subject = ConformanceSubject(
            "recorder", Abilities(bootsUp: false), exceptions: Self.exceptions
        ) { request in
            let base = LocalExecutor(
                concurrency: request.workers ?? 3, seed: request.seed, initializer: request.initializer)
            return SubjectExecutor(Recorder(around: base)) { await base.shutdown(cancelPending: $0) }
        }
        expectAllHolds(await ConformanceRunner(subject, patience: 2).run())
    }

    @Test func reportsWhatFailsAndWhatHangs() async {
        let made = Mutex(0)
        let subject = ConformanceSubject("forgetful", Abilities()) { _ in
            made.withLock { $0 += 1 }
            return SubjectExecutor(Forgetful()) { _ in }
        }
        let only: Set = ["relay", "submit", "bootup_after_shutdown", "item_done"]
        let results = await ConformanceRunner(subject, only: only, patience: 0.02).run()
        #expect(results.map(\.check) == ["relay", "bootup_after_shutdown", "submit", "item_done"])
        #expect(results.map(\.status) == [.shownByTests, .failed, .failed, .ok])
        #expect(results[2].detail == "it did not end within 0.4 seconds")
        // For the checks, for one check's own, and anew after the hang.
        #expect(made.withLock { $0 } == 3)
    }

    @Test func reportsThatThereIsNoExecutor() async {
        let subject = ConformanceSubject("none", Abilities()) { _ in throw ExecutorError(.launchFailed, "no luck") }
        let results = await ConformanceRunner(subject, only: ["submit", "map"]).run()
        #expect(results.map(\.detail) == Array(repeating: "there is no executor: launchFailed: no luck", count: 2))
    }

    /// Where every process runs the program, what comes after a hang could only hang too.
    @Test func endsAtAHangInLockstep() async {
        let subject = ConformanceSubject("lockstep", Abilities(cancels: false, isInLockstep: true)) { _ in
            SubjectExecutor(Forgetful()) { _ in }
        }
        let results = await ConformanceRunner(subject, only: ["submit", "map"], patience: 0.02).run()
        #expect(results.map(\.status) == [.failed, .failed])
        #expect(results[1].detail == "not run, because submit hung and all processes must do the same")
    }
}
