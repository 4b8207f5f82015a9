// SPDX-License-Identifier: Apache-2.0
// Where submissions, the scheduler and the workers meet.

import Synchronization

/// Drives the scheduler.
///
/// The straight path: `submit` → scheduler → `WorkerPool.send` → … → `received` → scheduler → the submission's future.
///
/// Events are posted to an inbox from any thread. Whoever posts while nobody works through it does, for everybody; the
/// others leave at once. So the scheduler sees one event after the other, effects are performed in their order, and no
/// thread waits for another.
package final class Dispatcher: Sendable {
    /// Who waits for room.
    typealias Submitter = CheckedContinuation<Bool, Never>

    struct Inbox {
        var events: [DispatchEvent] = []
        var isWorkedOn = false
        var admission: AdmissionQueue
        var submitters: [UInt64: Submitter] = [:]
        var nextTicket: UInt64 = 0
        var nextTask: UInt64 = 0
    }

    /// Rounds after which a thread that has other duties hands the work on.
    private static let rounds = 8

    let inbox: Mutex<Inbox>
    let core: Mutex<DispatchCore>
    private let pool: any WorkerPool
    /// How long a worker may take to leave a task that has ended.
    private let grace: Duration

    package init(
        size: Int,
        maximumDepth: Int = 64,
        limits: AdmissionQueue.Limits = .init(),
        grace: Duration = .seconds(2),
        pool: any WorkerPool
    ) {
        inbox = Mutex(Inbox(admission: AdmissionQueue(limits: limits)))
        core = Mutex(DispatchCore(machine: SchedulerStateMachine(size: size, maximumDepth: maximumDepth)))
        self.grace = grace
        self.pool = pool
    }

    /// Takes a submission in and returns its future; suspends while too much is held.
    package func submit<Work: RemoteTask>(
        _ body: SubmissionBody, of type: Work.Type, by client: DispatchClient, gang: Int?, options: TaskOptions
    ) async -> Future<Work.Output> {
        if !inbox.withLock({ $0.admission.admitNow(bytes: body.byteCount) }) {
            guard await admit(bytes: body.byteCount) else { return Future(error: CancellationError()) }
        }
        let task = inbox.withLock { inbox in
            defer { inbox.nextTask += 1 }
            return TaskID(inbox.nextTask)
        }
        let header = client.header(options)
        let storage = FutureStorage<Work.Output>(
            cancelsWithWaiter: options.cancelsWithWaiter, submission: header.stream,
            onCancel: { [weak self] in self?.post(.cancelRequested(task)) })
        let submission = TypedSubmission<Work>(
            client: client, header: header, body: body, deadline: options.deadline, storage: storage)
        let request = TaskRequest(
            gang: gang, priority: options.priority, retries: options.retries, client: client.number)
        post(.submitted(task, request, submission))
        return Future(storage: storage)
    }

    /// Waits for room; false where the waiting Swift task was cancelled.
    private func admit(bytes: Int) async -> Bool {
        let ticket = inbox.withLock { inbox in
            inbox.nextTicket += 1
            return inbox.nextTicket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let admitted = inbox.withLock { inbox in
                    if inbox.admission.admit(ticket, bytes: bytes) { return true }
                    inbox.submitters[ticket] = continuation
                    return false
                }
                if admitted {
                    continuation.resume(returning: true)
                } else if Task.isCancelled {
                    // The handler may have run before the ticket was registered.
                    withdraw(ticket)
                }
            }
        } onCancel: {
            withdraw(ticket)
        }
    }

    private func withdraw(_ ticket: UInt64) {
        let (left, admitted) = inbox.withLock { inbox in
            guard inbox.admission.withdraw(ticket) else { return (Submitter?.none, [Submitter]()) }
            let left = inbox.submitters.removeValue(forKey: ticket)
            return (left, inbox.admission.admitWaiting().compactMap { inbox.submitters.removeValue(forKey: $0) })
        }
        left?.resume(returning: false)
        for submitter in admitted { submitter.resume(returning: true) }
    }

    /// Posts an event, and works through the inbox unless somebody is at it.
    func post(_ event: DispatchEvent) {
        let mustWork = inbox.withLock { inbox in
            inbox.events.append(event)
            defer { inbox.isWorkedOn = true }
            return !inbox.isWorkedOn
        }
        if mustWork { work() }
    }

    /// Works through the inbox until it is empty.
    private func work() {
        var effects: [DispatchEffect] = []
        var released: [Int] = []
        for _ in 0..<Self.rounds {
            guard takeIn(&effects, &released) else { return }
            for effect in effects { perform(effect) }
            release(released)
            pool.flush()
        }
        core.withLock { $0.takeBack(&effects, &released) }
        // A thread that has sockets to read must not be kept by those who keep posting.
        Task { self.work() }
    }

    /// Has the core handle the events that have gathered, and takes its effects; false where there are none.
    ///
    /// All arrays go back and forth with their storage, for this happens about once per task.
    private func takeIn(_ effects: inout [DispatchEffect], _ released: inout [Int]) -> Bool {
        core.withLock { core in
            core.takeBack(&effects, &released)
            var events = core.spareEvents
            core.spareEvents = []
            let hasEvents = inbox.withLock { inbox in
                swap(&inbox.events, &events)
                inbox.isWorkedOn = !events.isEmpty
                return inbox.isWorkedOn
            }
            for event in events { core.handle(event) }
            events.removeAll(keepingCapacity: true)
            core.spareEvents = events
            if hasEvents { core.takeEffects(&effects, &released) }
            return hasEvents
        }
    }

    /// Admits who waits in the room of submissions that were forgotten.
    private func release(_ sizes: [Int]) {
        guard !sizes.isEmpty else { return }
        let submitters = inbox.withLock { inbox in
            sizes.flatMap { inbox.admission.release(bytes: $0) }.compactMap { inbox.submitters.removeValue(forKey: $0) }
        }
        for submitter in submitters { submitter.resume(returning: true) }
    }

    private func perform(_ effect: DispatchEffect) {
        switch effect {
        case .command(let command, let worker): pool.send(command, to: worker)
        case .gang(let task, let submission, let members):
            for (rank, member) in members.enumerated() {
                pool.send(.run(task, submission, GangSeat(rank: rank, members: members)), to: member)
            }
        case .start(let submission): submission.start()
        case .report(let submission, let progress): submission.report(progress)
        case .end(let submission, let outcome): submission.end(outcome)
        case .armDeadline(let task, let deadline): after(deadline) { $0.post(.deadlinePassed(task)) }
        case .armGrace(let task): after(grace) { $0.post(.graceExpired(task)) }
        case .prepareCollective(let job): pool.prepareCollective(job)
        case .endWorker(let worker): pool.end(worker)
        case .startJob: pool.startJob()
        case .booted(let waiter, let failure): waiter.continuation.resume(returning: failure)
        case .drained(let waiters): for waiter in waiters { waiter.resume() }
        }
    }

    /// Runs an action later, if the dispatcher still lives.
    private func after(_ delay: Duration, _ action: @escaping @Sendable (Dispatcher) -> Void) {
        Task { [weak self] in
            do { try await Task.sleep(for: delay) } catch { return }
            if let self { action(self) }
        }
    }
}
