// SPDX-License-Identifier: Apache-2.0
// Workers that do nothing by themselves: the test says what they say.

import Synchronization

@testable import Futures

/// A task that is never run: its output is what the test answers.
struct Answer: RemoteTask {
    func run() async throws -> Int { 0 }
}

/// Records what a dispatcher asks of its workers.
final class TestPool: WorkerPool {
    /// A call of the dispatcher.
    enum Call: Equatable {
        case run(String, TaskID, WorkerID)
        case member(String, TaskID, WorkerID, GangSeat)
        case initialize(WorkerID)
        case cancel(TaskID, WorkerID)
        case revoke(TaskID, WorkerID)
        case abandon(TaskID, WorkerID)
        case leave(WorkerID)
        case flush
        case startJob
        case prepare(JobID)
        case end(WorkerID)
    }

    private let calls = Mutex<[Call]>([])
    private let onSend = Mutex<(@Sendable (WorkerCommand, WorkerID) -> Void)?>(nil)

    /// What was asked so far, without the flushes.
    var log: [Call] { calls.withLock { $0.filter { $0 != .flush } } }

    /// What was asked so far, flushes included.
    var fullLog: [Call] { calls.withLock { $0 } }

    /// The names of the tasks that were sent, in order.
    var names: [String] {
        log.compactMap {
            switch $0 {
            case .run(let name, _, _): name
            default: nil
            }
        }
    }

    /// Has something done while a command is performed.
    func whenSent(_ action: @escaping @Sendable (WorkerCommand, WorkerID) -> Void) {
        onSend.withLock { $0 = action }
    }

    /// Waits until something was asked.
    func isAsked(_ call: Call) async { await until { log.contains(call) } }

    func send(_ command: WorkerCommand, to worker: WorkerID) {
        switch command {
        case .run(let task, let submission, nil): add(.run(submission.header.name, task, worker))
        case .run(let task, let submission, let seat?): add(.member(submission.header.name, task, worker, seat))
        case .cancel(let task): add(.cancel(task, worker))
        case .revoke(let task): add(.revoke(task, worker))
        case .abandon(let task): add(.abandon(task, worker))
        case .prepareCollective: break
        case .initialize: add(.initialize(worker))
        case .leave: add(.leave(worker))
        }
        onSend.withLock { $0 }?(command, worker)
    }

    func flush() { add(.flush) }
    func startJob() { add(.startJob) }
    func prepareCollective(_ job: JobID) { add(.prepare(job)) }
    func end(_ worker: WorkerID) { add(.end(worker)) }

    private func add(_ call: Call) { calls.withLock { $0.append(call) } }
}

/// A dispatcher with workers that the test plays.
struct Scene {
    let pool = TestPool()
    let dispatcher: Dispatcher
    let client = DispatchClient()

    /// - Parameter workers: How many have joined; the first job is complete where there is one.
    init(
        workers: Int = 1, depth: Int = 1, limits: AdmissionQueue.Limits = .init(), grace: Duration = .seconds(60)
    ) {
        dispatcher = Dispatcher(
            size: max(workers, 1), maximumDepth: depth, limits: limits, grace: grace, pool: pool)
        dispatcher.add(client)
        for worker in 0..<workers { dispatcher.workerJoined(WorkerID(worker), JobID(0)) }
        if workers > 0 { dispatcher.jobComplete(JobID(0)) }
    }

    /// Submits a task that stays in this process, or an encoded one of that many bytes.
    func submit(
        _ name: String, bytes: Int? = nil, gang: Int? = nil, priority: Int = 0, retries: Int = 0,
        deadline: Duration? = nil
    ) async -> Future<Int> {
        let options = TaskOptions(name: name, priority: priority, retries: retries, deadline: deadline)
        let body: SubmissionBody =
            if let bytes {
                .encoded(TaskPayload(typeName: "", value: EncodedPayload(Array(repeating: 0, count: bytes))))
            } else {
                .local { 0 }
            }
        return await dispatcher.submit(body, of: Answer.self, by: client, gang: gang, options: options)
    }

    /// Has a worker return a value.
    func answer(_ task: UInt64, _ value: Int, from worker: Int = 0) {
        dispatcher.received([.answered(TaskID(task), .local(value), microseconds: nil)], from: WorkerID(worker))
    }

    /// How many submitters wait for room.
    var waitingSubmitters: Int { dispatcher.inbox.withLock { $0.submitters.count } }

    /// How many wait for the workers to be there.
    var waitingBoots: Int { dispatcher.core.withLock { $0.bootWaiters.count } }

    /// How many wait until everything has ended.
    var waitingDrains: Int { dispatcher.core.withLock { $0.drainWaiters.count } }

    /// Whether no more tasks are taken.
    var isShutDown: Bool { dispatcher.core.withLock { $0.machine.isShutDown } }

    /// Whether nothing is kept of any submission.
    var isEmpty: Bool { dispatcher.core.withLock { $0.entries.isEmpty } }
}

extension Dispatcher {
    /// Whether nothing is submitted that has not ended.
    var isIdle: Bool { core.withLock { $0.machine.liveTaskCount == 0 } }
}
