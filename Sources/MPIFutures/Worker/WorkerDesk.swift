// SPDX-License-Identifier: Apache-2.0
// What a worker does with what it is told, whatever way it came.

import Futures

/// The parts of a worker that run tasks.
struct WorkerDesk: Sendable {
    let ledger = WorkerLedger()
    let tasks: TaskRunner
    let gangs: GangRunner

    /// - Parameter link: The way to the pool.
    init(_ link: any FrameLink, _ record: RunningRecord) {
        tasks = TaskRunner(link, record, ledger)
        gangs = GangRunner(link, record, ledger)
    }

    /// Obeys frames in their order.
    ///
    /// - Parameter other: Takes the frames that are not about tasks.
    /// - Throws: ``Futures/ExecutorError/Code/protocolViolation``.
    func obey(_ frames: [Frame], _ other: (Frame) throws(ExecutorError) -> Void) throws(ExecutorError) {
        var jobs: [TaskRunner.Job] = []
        for frame in frames {
            if frame.kind == .initialize {
                jobs.append(.initialize(InitializeOrder(frame)))
                continue
            }
            if frame.kind == .run {
                let order = try RunOrder(frame)
                if order.members.isEmpty {
                    jobs.append(.task(order))
                    continue
                }
                start(&jobs)
                gangs.start(order)
                continue
            }
            // What was ordered before comes before.
            start(&jobs)
            let task = TaskID(frame.task)
            switch frame.kind {
            case .cancel:
                tasks.cancel(task)
                gangs.cancel(task)
            case .revoke: tasks.revoke(task)
            case .abandon: gangs.abandon(task)
            case .prepareCollective: gangs.prepare()
            default: try other(frame)
            }
        }
        start(&jobs)
    }

    private func start(_ jobs: inout [TaskRunner.Job]) {
        tasks.enqueue(jobs)
        jobs = []
    }
}
