// SPDX-License-Identifier: Apache-2.0
// A scheduler and the model that watches it, for tests that tell a story.

@testable import Futures

/// Feeds events to a scheduler; whatever the model objects to is in `violations`.
struct CheckedScheduler {
    var machine: SchedulerStateMachine
    var checker: SchedulerChecker

    var violations: [String] { checker.violations }

    /// A scheduler with a job 0 whose workers are `0 ..< size`, or with nothing yet.
    init(size: Int, maximumDepth: Int = 2, booted: Bool = true) {
        machine = SchedulerStateMachine(size: size, maximumDepth: maximumDepth)
        checker = SchedulerChecker(size: size, maximumDepth: maximumDepth)
        if booted {
            feed(.bootRequested)
            bring(0..<size, job: 0)
        }
    }

    /// Feeds an event.
    @discardableResult mutating func feed(_ event: SchedulerEvent) -> [SchedulerAction] {
        let actions = machine.handle(event)
        checker.observe(event, actions, machine)
        return actions
    }

    /// Feeds events and returns what the last one brought.
    @discardableResult mutating func feed(_ events: [SchedulerEvent]) -> [SchedulerAction] {
        var last: [SchedulerAction] = []
        for event in events { last = feed(event) }
        return last
    }

    /// A job comes up with these workers; returns what its completion brought.
    @discardableResult mutating func bring(_ workers: Range<Int>, job: JobID) -> [SchedulerAction] {
        for worker in workers { feed(.workerJoined(WorkerID(worker), job)) }
        return feed(.jobComplete(job))
    }
}
