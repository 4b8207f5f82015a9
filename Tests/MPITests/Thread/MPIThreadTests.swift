// SPDX-License-Identifier: Apache-2.0
// The executor, without MPI.

import Foundation
import Synchronization
import Testing

@testable import MPI

/// An actor that lives on a thread of the test's.
private actor Guest {
    private let thread: MPIThread
    private(set) var count = 0
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(on thread: MPIThread) { self.thread = thread }

    nonisolated func countInPlace() -> Int { assumeIsolated { $0.count } }

    func increment() -> Bool {
        count += 1
        return thread.isCurrent
    }
}

private final class Log: Sendable {
    let numbers = Mutex<[Int]>([])
}

@Suite(.timeLimit(.minutes(1)))
struct MPIThreadTests {
    @Test func tasksRunOnTheThread() async {
        let thread = MPIThread(name: "test")
        #expect(!thread.isCurrent)
        let isCurrent = await Task(executorPreference: thread) {
            let before = thread.isCurrent
            await Task.yield()
            return before && thread.isCurrent
        }.value
        #expect(isCurrent)
    }

    @Test func jobsRunInTheirOrder() async {
        let thread = MPIThread(name: "test")
        let log = Log()
        let tasks = (0..<1000).map { number in
            Task(executorPreference: thread) { log.numbers.withLock { $0.append(number) } }
        }
        for task in tasks { await task.value }
        #expect(log.numbers.withLock { $0 } == Array(0..<1000))
    }

    @Test func actorsAreIsolatedToTheThread() async {
        let thread = MPIThread(name: "test")
        let guest = Guest(on: thread)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<200 { group.addTask { await guest.increment() } }
            for await isCurrent in group { #expect(isCurrent) }
        }
        #expect(await guest.count == 200)
        // Would stop the process if the thread did not vouch for its isolation.
        let count = await Task(executorPreference: thread) { guest.countInPlace() }.value
        #expect(count == 200)
    }

    @Test func globalActorUsesTheSharedThread() async {
        #expect(await MPIActor.run { MPIThread.shared.isCurrent })
        #expect(MPIThread.shared.isIsolatingCurrentContext() == false)
    }

    @Test func stackIsLarge() async {
        let thread = MPIThread(name: "test")
        let depth = await Task(executorPreference: thread) { descend(100) }.value
        #expect(depth == 100)
    }

    @Test func idleThreadSleeps() async throws {
        let thread = MPIThread(name: "test")
        let before = await processorTime(of: thread)
        try await Task.sleep(for: .milliseconds(200))
        let used = await processorTime(of: thread) - before
        #expect(used < 0.02, "of 0.2 s; what is allowed is for the two jobs that measure")
    }

    @Test func pollerIsAskedWhileIdle() async {
        let thread = MPIThread(name: "test")
        let calls = Atomic<Int>(0)
        await withCheckedContinuation { continuation in
            thread.setPoller {
                if calls.add(1, ordering: .relaxed).newValue == 100 { continuation.resume() }
                return false
            }
        }
        // Jobs get their turn, and the poller can go: no call comes after the job that follows.
        #expect(await Task(executorPreference: thread) { thread.isCurrent }.value)
        thread.setPoller(nil)
        _ = await processorTime(of: thread)
        let before = calls.load(ordering: .relaxed)
        _ = await processorTime(of: thread)
        #expect(calls.load(ordering: .relaxed) == before)
    }

    @Test func pollerThatFindsNothingLeavesTheCore() async throws {
        let thread = MPIThread(name: "test")
        thread.setPoller { false }
        let start = ContinuousClock.now
        let before = await processorTime(of: thread)
        try await Task.sleep(for: .milliseconds(500))
        let used = await processorTime(of: thread) - before
        // Beside other tests the sleep may take much longer than asked for.
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        #expect(used < 0.2 * elapsed)
        thread.setPoller(nil)
    }

    /// Uses about a megabyte of stack for each level.
    private func descend(_ depth: Int) -> Int {
        withUnsafeTemporaryAllocation(byteCount: 1 << 20, alignment: 16) { memory in
            memory.initializeMemory(as: UInt8.self, repeating: UInt8(depth & 0xFF))
            let below = depth > 1 ? descend(depth - 1) : 0
            return memory[4096] == UInt8(depth & 0xFF) ? below + 1 : 0
        }
    }

    private func processorTime(of thread: MPIThread) async -> Double {
        await Task(executorPreference: thread) {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
        }.value
    }
}
