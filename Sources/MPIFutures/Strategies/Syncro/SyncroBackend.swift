// SPDX-License-Identifier: Apache-2.0
// The lockstep strategy behind an executor.

import Foundation
import Futures
import Synchronization

/// Every rank runs the program and hands in the same tasks; each task runs on one rank, and its outcome goes to all.
///
/// A view of the process's ``LockstepJob``, which numbers the submissions of all executors together.
final class SyncroBackend: ExecutorBackend {
    private struct State {
        /// The number of the next submission on this executor: what its random stream follows from.
        var nextNumber: UInt64 = 0
        var isClosed = false
        var pending = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    let job: LockstepJob
    private let seed: UInt64
    /// The number of this executor in the program.
    private let index: UInt64
    private let state = Mutex(State())
    /// Ends when all ranks have run the initializer.
    private let boot: Future<NoValue>?

    /// Makes the backend of the next executor of the program.
    init(_ job: LockstepJob, seed: UInt64, initializer: WorkerInitializer? = nil) {
        self.job = job
        self.seed = seed
        let index = job.nextExecutor()
        self.index = index
        boot = initializer.map { job.initialize(index, $0) }
    }

    var workers: Int { job.size }

    var largestGang: Int { job.size }

    var isUsable: Bool { !state.withLock { $0.isClosed } && job.failure == nil }

    var summary: String { "\(job.size) ranks in step, of which this is rank \(job.rank)" }

    var isRoot: Bool { job.rank == 0 }

    func submit<Work: RemoteTask>(_ task: Work, options: TaskOptions) async -> Future<Work.Output> {
        guard TaskContext.current == nil else {
            return Future(
                error: ExecutorError(
                    .nestedSubmission,
                    "this code runs in a task, on one rank only, and the other ranks would not submit: return from the task "
                        + "what is to be submitted next"))
        }
        let request = Request(Work.self, options, of: job.size)
        let isClosed = state.withLock { $0.isClosed }
        if isClosed {
            return Future(
                error: ExecutorError(
                    .shutDown, "the executor is shut down and takes no more tasks; \(request.name) was not started"))
        }
        if let error = request.refusal { return refuse(request, error) }
        if let boot, case .failure(let error) = await boot.storage.wait() { return refuse(request, error) }
        do {
            let payload = try TaskPayload.encode(task)
            guard await job.admission.admit(bytes: payload.value.byteCount) else {
                return Future(error: CancellationError())
            }
            return submit(payload, request, of: Work.self)
        } catch {
            return refuse(request, error)
        }
    }

    func startWorkers() {
        // The ranks are there.
    }

    func bootUp() async throws {
        if let failure = job.failure { throw failure.error }
        guard !state.withLock({ $0.isClosed }) else {
            throw ExecutorError(.shutDown, "the executor is shut down, and its ranks run nothing more")
        }
        _ = try await boot?.value
    }

    func shutdown(cancelPending: Bool) async {
        let wasClosed = state.withLock { state in
            defer { state.isClosed = true }
            return state.isClosed
        }
        if !wasClosed {
            // A step like any other: all ranks must have submitted the same until here.
            var content = Fingerprint()
            content.mix(index)
            _ = job.make(.submissions, content: content, ranks: 0, label: "the shutdown of executor \(index)")
        }
        await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
            let isIdle = state.withLock { state in
                if state.pending > 0 { state.waiters.append(waiter) }
                return state.pending == 0
            }
            if isIdle { waiter.resume() }
        }
    }

    func released() {
        // The ranks stay, and what was submitted ends without the executor.
    }

    func holdOthers(_ isHeld: Bool) { job.hold(isHeld) }
}

// MARK: One submission.

extension SyncroBackend {
    /// What a submission asks for.
    private struct Request {
        let name: String
        let options: TaskOptions
        /// The number of ranks; 1 for an ordinary task.
        let ranks: Int
        let isCollective: Bool
        let refusal: ExecutorError?

        init<Work: RemoteTask>(_ work: Work.Type, _ options: TaskOptions, of size: Int) {
            name = options.name ?? "\(Work.self)"
            self.options = options
            let gang = options.ranks.gangSize(of: size)
            isCollective = gang != nil
            ranks = gang ?? 1
            refusal =
                1...size ~= ranks
                ? nil
                : ExecutorError(
                    .rankMismatch,
                    "\(name) asks for \(ranks) ranks and the executor has \(size): ask for 1 to \(size), or start a larger "
                        + "pool")
        }

        /// The submission in words.
        func label<Work: RemoteTask>(of work: Work.Type) -> String {
            var label = options.name == nil ? "\(Work.self)" : "“\(name)” (\(Work.self))"
            if isCollective { label += " on \(ranks) ranks" }
            if let origin = options.origin { label += " in \(origin)" }
            return label
        }

        /// What must agree between the ranks, but for the payload.
        func mix(into content: inout Fingerprint) {
            content.mix(options.name ?? "")
            content.mix(UInt64(bitPattern: Int64(isCollective ? ranks : 0)))
            content.mix(UInt64(bitPattern: Int64(options.priority)))
            content.mix(UInt64(bitPattern: Int64(options.retries)))
            let (seconds, attoseconds) = options.deadline?.components ?? (-1, -1)
            content.mix(UInt64(bitPattern: seconds))
            content.mix(UInt64(bitPattern: attoseconds))
            content.mix(options.stream ?? .max)
        }
    }

    private func submit<Work: RemoteTask>(
        _ payload: TaskPayload, _ request: Request, of work: Work.Type
    ) -> Future<Work.Output> {
        let options = request.options
        let number = state.withLock { state in
            defer { if options.stream == nil { state.nextNumber += 1 } }
            state.pending += 1
            return options.stream ?? state.nextNumber
        }
        let header = SubmissionHeader(name: options.name ?? "", number: number, stream: number, seed: seed)
        let storage = FutureStorage<Work.Output>(
            cancelsWithWaiter: options.cancelsWithWaiter, submission: number, arbiter: job,
            onCancel: { [job] in job.refuseCancellation() })
        let byteCount = payload.value.byteCount
        let finish: @Sendable (Result<Work.Output, any Error>) -> Void = { [self] result in
            _ = storage.end(result)
            job.admission.release(bytes: byteCount)
            submissionEnded()
        }
        let (_, refusal) = job.make(
            .submissions, content: content(payload, request), ranks: request.ranks,
            { [job] step in
                let members = request.isCollective ? job.members(of: step, ranks: request.ranks) : []
                let runsHere = request.isCollective ? members.contains(job.rank) : job.owns(step)
                // A rank that does not run the task needs no more of it than its fingerprint.
                let order =
                    runsHere
                    ? LockstepOrder(
                        step: step, header: header, payload: payload, priority: options.priority, members: members)
                    : nil
                return OpenStep(
                    label: request.name, deadline: options.deadline, members: members, order: order,
                    end: { Self.end($0, of: Work.self, finish) }, fail: { finish(.failure($0)) },
                    report: { storage.report($0) })
            }, label: request.label(of: Work.self))
        if let refusal { finish(.failure(refusal)) }
        return Future(storage: storage)
    }

    /// A submission that can't run is a step all the same: it must have failed on all ranks.
    private func refuse<Output>(_ request: Request, _ error: any Error) -> Future<Output> {
        var content = Fingerprint()
        request.mix(into: &content)
        let (_, refusal) = job.make(
            .submissions, content: content, ranks: 0, label: "\(request.name), which was refused")
        return Future(error: refusal ?? error)
    }

    private func content(_ payload: TaskPayload, _ request: Request) -> Fingerprint {
        var content = Fingerprint()
        content.mix(index)
        content.mix(seed)
        request.mix(into: &content)
        content.mix(payload.typeName)
        content.mix(payload.value)
        return content
    }

    private static func end<Work: RemoteTask>(
        _ outcome: StepOutcome, of work: Work.Type,
        _ finish: @escaping @Sendable (Result<Work.Output, any Error>) -> Void
    ) {
        let decode: @Sendable () -> Void = {
            finish(outcome.result { try TaskPayload.output(of: Work.self, from: $0) })
        }
        // Large outputs are decoded off the transport's thread, which has other ranks to listen to.
        if outcome.byteCount > 1 << 18 { Task { decode() } } else { decode() }
    }

    private func submissionEnded() {
        let waiters = state.withLock { state in
            state.pending -= 1
            defer { if state.pending == 0 { state.waiters = [] } }
            return state.pending == 0 ? state.waiters : []
        }
        for waiter in waiters { waiter.resume() }
    }
}
