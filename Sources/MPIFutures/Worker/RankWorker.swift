// SPDX-License-Identifier: Apache-2.0
// A rank of an MPI job that serves rank 0.

import CWorkerEntry
import Foundation
import Futures
import MPI
import Synchronization

/// Serves rank 0 over MPI until it is told to leave.
///
/// Threads: the main thread runs the main run loop; the MPI thread runs collective tasks; messages have a thread of
/// their own where MPI allows it; ordinary tasks run on Swift's own threads.
final class RankWorker: RankReceiver {
    private let rank: Int
    private let record: RunningRecord
    /// Where the guardian is told how to reach rank 0.
    private let guardian: Int32
    private let parts = Mutex<(transport: MPITransport, desk: WorkerDesk)?>(nil)

    init(rank: Int, _ record: RunningRecord, guardian: Int32) {
        self.rank = rank
        self.record = record
        self.guardian = guardian
    }

    /// Serves; never returns.
    func serve() -> Never {
        Task(executorPreference: MPIThread.shared) { self.join() }
        // A port that nothing is sent to keeps the run loop waiting instead of returning at once.
        let keepAlive = Timer(timeInterval: 1e9, repeats: true) { _ in }
        RunLoop.main.add(keepAlive, forMode: .default)
        while true { RunLoop.main.run() }
    }

    private func join() {
        do {
            try MPIThread.shared.runInitialize(.asked)
            let transport = try MPITransport(self)
            let desk = WorkerDesk(RankLink(transport: transport, rank: 0), record)
            desk.ledger.index = rank
            parts.withLock { $0 = (transport, desk) }
            transport.start()
            let hello = Hello(
                role: .worker, secret: [], image: .current, job: 0, rank: rank, pid: getpid(),
                host: WorkerSetup.hostName)
            RankLink(transport: transport, rank: 0)
                .send(Frame(kind: .hello, body: try BinaryEncoder().encode(hello)))
        } catch {
            WorkerMark.complain("rank \(rank) could not join the MPI job: \(error)")
            _exit(71)
        }
    }

    func received(_ frames: [Frame], from rank: Int) {
        guard let (transport, desk) = parts.withLock({ $0 }) else { return }
        do {
            try desk.obey(frames) { (frame) throws(ExecutorError) in
                switch frame.kind {
                case .welcome: tellGuardian(frame.body)
                case .leave: Task { await leave(transport, desk) }
                default:
                    throw ExecutorError(.protocolViolation, "rank \(rank) sent a frame of kind \(frame.kind)")
                }
            }
        } catch {
            failed(error)
        }
    }

    func failed(_ error: any Error) {
        WorkerMark.complain("rank \(rank) can't go on: \(error)")
        _exit(76)
    }

    /// The guardian gets the address with its length before it.
    private func tellGuardian(_ address: [UInt8]) {
        var bytes: [UInt8] = []
        bytes.write(UInt32(address.count))
        bytes += address
        _ = write(guardian, bytes, bytes.count)
        close(guardian)
    }

    /// Ends MPI together with the other ranks, and this process.
    ///
    /// Whoever is in the middle of a solve does not come so far; rank 0 notices and ends the job.
    private func leave(_ transport: MPITransport, _ desk: WorkerDesk) async {
        desk.gangs.abandonAll(because: "the program ends")
        await Task(executorPreference: MPIThread.shared) {
            RankLink(transport: transport, rank: 0).send(Frame(kind: .left))
            await transport.finish()
            await transport.stop()
            // Whether it succeeds makes no difference to a process that leaves.
            try? MPIThread.shared.finalize()
        }.value
        fflush(nil)
        _exit(0)
    }
}
