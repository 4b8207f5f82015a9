// SPDX-License-Identifier: Apache-2.0
// The MPI job whose rank 0 this process is.

import CWorkerEntry
import Foundation
import Futures
import MPI
import Synchronization

/// The one MPI job of this process: starts MPI when workers are first needed, and ends the job with the program.
///
/// All executors of the program share its workers. The other ranks were diverted before `main` and wait in `MPI_Init`,
/// which is collective, until this process calls it.
final class MasterWorkerJob: RankReceiver {
    private enum Phase {
        case idle
        case starting
        case running(MPITransport)
        case failed
        case ended
    }

    private struct State {
        var phase = Phase.idle
        var bootDeadline = Duration.seconds(60)
        var address: GuardianDesk.Address?
    }

    /// The job of this process.
    static let shared = MasterWorkerJob(LaunchEnvironment.current)

    let dispatcher: Dispatcher
    let pool: MasterWorkerPool
    /// Whether this process takes part in collective tasks, where its MPI library lets it.
    let rootTakesPart: Bool
    private let state = Mutex(State())

    private init(_ launch: LaunchEnvironment) {
        let environment = ProcessInfo.processInfo.environment
        let size = launch.size
        rootTakesPart =
            size == 1 || (environment[PoolEnvironment.root] != "dispatches" && ThreadSupport.asked == .multiple)
        pool = MasterWorkerPool(size: size, isContinuous: environment[PoolEnvironment.continuous] == "1") {
            Self.shared.start()
        }
        dispatcher = Dispatcher(size: rootTakesPart ? size : size - 1, pool: pool)
        pool.attach(dispatcher)
    }

    /// The job, with a deadline for its start.
    ///
    /// - Parameter workers: How many the program asks for; `nil` takes what is there.
    /// - Throws: ``Futures/ExecutorError/Code/invalidArgument`` where the job has another number.
    static func current(_ bootDeadline: Duration, asked workers: Int?) throws(ExecutorError) -> MasterWorkerJob {
        if let workers, workers != shared.workers {
            throw ExecutorError(
                .invalidArgument,
                "\(workers) workers were asked for, and this MPI job has \(shared.workers): leave the number away, or "
                    + "start \(workers + 1) ranks")
        }
        shared.state.withLock { $0.bootDeadline = bootDeadline }
        return shared
    }

    /// The number of ranks that run ordinary tasks.
    var workers: Int { max(size - 1, 1) }

    /// The number of ranks.
    var size: Int { pool.size }

    /// Initialises MPI, together with all ranks, unless that was begun before.
    func start() {
        let (isFirst, deadline) = state.withLock { state in
            guard case .idle = state.phase else { return (false, state.bootDeadline) }
            state.phase = .starting
            return (true, state.bootDeadline)
        }
        guard isFirst else {
            // No process can be added to an MPI job.
            dispatcher.jobFailed(
                ExecutorError(.workerLost, "an MPI job can't replace the workers that it has lost"))
            return
        }
        Task(executorPreference: MPIThread.shared) { self.initialize() }
        Task {
            try await Task.sleep(for: deadline)
            self.deadlinePassed(deadline)
        }
    }

    private func initialize() {
        do {
            try MPIThread.shared.runInitialize(.asked)
            let address = try pool.guardians.open(pool)
            state.withLock { $0.address = address }
            let transport = try MPITransport(self)
            let takesPart = rootTakesPart && (transport.hasOwnThread || size == 1)
            if rootTakesPart && !takesPart {
                WorkerMark.complain(
                    "this MPI library allows one thread at a time, so rank 0 hands out tasks and takes no part in them")
            }
            let record = CWorkerEntry_mapRecord().map { RunningRecord($0) }
            let desk = takesPart ? record.map { WorkerDesk(LoopbackLink(pool: pool), $0) } : nil
            pool.connect(transport, desk: desk)
            if desk != nil { dispatcher.workerJoined(WorkerID(0), MasterWorkerPool.job, isGangOnly: size > 1) }
            state.withLock { $0.phase = .running(transport) }
            transport.start()
            if size == 1 { dispatcher.jobComplete(MasterWorkerPool.job, isCollective: true) }
        } catch {
            fail(ExecutorError(.launchFailed, "MPI could not be initialised", cause: error))
        }
    }

    private func deadlinePassed(_ deadline: Duration) {
        let missing = pool.missing
        if missing.isEmpty {
            guard case .starting = state.withLock({ $0.phase }) else { return }
            fail(ExecutorError(.bootTimedOut, "MPI did not start within \(deadline)"))
            return
        }
        let ranks = missing.map(String.init).joined(separator: ", ")
        fail(
            ExecutorError(
                .bootTimedOut,
                "\(missing.count) of \(size) ranks (\(ranks)) were not there after \(deadline): do all ranks run this "
                    + "program?"))
    }

    private func fail(_ error: ExecutorError) {
        state.withLock { $0.phase = .failed }
        dispatcher.poolFailed(error)
    }

    func received(_ frames: [Frame], from rank: Int) {
        var reports: [WorkerReport] = []
        for frame in frames {
            if let report = WorkerReport(frame) {
                reports.append(report)
            } else if frame.kind == .hello {
                greet(frame, rank)
            } else if frame.kind == .left {
                pool.noteLeft(rank)
            } else {
                failed(ExecutorError(.protocolViolation, "rank \(rank) sent a frame of kind \(frame.kind)"))
            }
        }
        if !reports.isEmpty { pool.deliver(reports, from: rank) }
    }

    func failed(_ error: any Error) {
        fail(ExecutorError(.protocolViolation, "the messages of the job can't be read any more", cause: error))
    }

    private func greet(_ frame: Frame, _ rank: Int) {
        do {
            let hello = try BinaryDecoder().decode(Hello.self, from: frame.body)
            guard hello.image == ImageIdentity.current else {
                throw ExecutorError(
                    .imageMismatch,
                    "rank \(rank) runs build \(hello.image), rank 0 build \(ImageIdentity.current): all ranks must run the "
                        + "same executable")
            }
            guard case .running(let transport) = state.withLock({ $0.phase }) else { return }
            let address = state.withLock { $0.address }
            let body = try BinaryEncoder().encode(address)
            transport.enqueue(Frame(kind: .welcome, number: UInt64(rank), body: body), to: rank)
            transport.flush()
            let isLast = pool.admit(hello, rank: rank)
            dispatcher.workerJoined(WorkerID(rank), MasterWorkerPool.job)
            if isLast { dispatcher.jobComplete(MasterWorkerPool.job, isCollective: true) }
        } catch {
            fail(
                error as? ExecutorError ?? ExecutorError(.protocolViolation, "rank \(rank) said no hello", cause: error)
            )
        }
    }
}

// MARK: - The end

extension MasterWorkerJob {
    /// Ends the job with the program, whatever state it is in.
    ///
    /// Where all ranks are well MPI is finalised; else the job is aborted with the program's own exit status, or with 1
    /// where a lost worker would else go unnoticed.
    func end(status: Int32) async {
        // Where nothing was submitted the other ranks wait in MPI_Init, and would wait for ever.
        try? await dispatcher.bootUp(DispatchClient())
        guard case .running(let transport) = state.withLock({ $0.phase }) else { return await abort(status) }
        state.withLock { $0.phase = .ended }
        await withDeadline(.seconds(3)) { await self.pool.dismissAll() }
        pool.guardians.close()
        guard !pool.hasLosses, pool.allHaveLeft else { return await abort(status) }
        await transport.stop()
        await withDeadline(.seconds(5)) {
            await Task(executorPreference: MPIThread.shared) { try? MPIThread.shared.finalize() }.value
        }
    }

    private func abort(_ status: Int32) async {
        let code = status != 0 || pool.isContinuous ? status : 1
        await withDeadline(.seconds(2)) {
            await Task(executorPreference: MPIThread.shared) { try? MPIThread.shared.abortJob(exitCode: code) }.value
        }
        _exit(code)
    }

    /// Waits for a body, but not for ever.
    private func withDeadline(_ limit: Duration, _ body: @escaping @Sendable () async -> Void) async {
        let done = Promise<Void>()
        Task {
            await body()
            done.end(.success(()))
        }
        _ = try? await done.future.value(within: limit)
    }
}
