// SPDX-License-Identifier: Apache-2.0
// A worker process at work.

import Foundation
import Futures
import MPI
import Synchronization

/// Serves a pool over its socket until it is told to leave or the program is gone.
///
/// Threads: the main thread runs the main run loop, for code isolated to the main actor; one thread has the socket;
/// ordinary tasks run on Swift's own threads, collective ones on the MPI thread.
final class WorkerService: FrameReceiver {
    private let setup: WorkerSetup
    private let record: RunningRecord
    private let desk = Mutex<WorkerDesk?>(nil)

    init(_ setup: WorkerSetup, _ record: RunningRecord) {
        self.setup = setup
        self.record = record
    }

    /// Connects and serves; never returns.
    func serve() -> Never {
        connect()
        // A port that nothing is sent to keeps the run loop waiting instead of returning at once.
        let keepAlive = Timer(timeInterval: 1e9, repeats: true) { _ in }
        RunLoop.main.add(keepAlive, forMode: .default)
        while true { RunLoop.main.run() }
    }

    private func connect() {
        do {
            let connection = SocketConnection(try setup.address.connect(setup.secret), self)
            desk.withLock { $0 = WorkerDesk(connection, record) }
            connection.send(Frame(kind: .hello, body: try BinaryEncoder().encode(setup.hello(.worker, pid: getpid()))))
            connection.trust()
            connection.start()
        } catch {
            // The program is gone before it was met.
            Self.leave()
        }
    }

    func received(_ frames: [Frame], on connection: SocketConnection) {
        guard let desk = desk.withLock({ $0 }) else { return }
        do {
            try desk.obey(frames) { (frame) throws(ExecutorError) in try obey(frame, desk) }
        } catch {
            WorkerMark.complain("\(error)")
            Self.leave(status: 76)
        }
    }

    func closed(_ connection: SocketConnection) {
        // Leaving here, on the socket's thread, ends the process even in the middle of a solve.
        Self.leave()
    }

    private func obey(_ frame: Frame, _ desk: WorkerDesk) throws(ExecutorError) {
        switch frame.kind {
        case .welcome:
            desk.ledger.index = Int(frame.number)
        case .refused:
            WorkerMark.complain("the pool refused this worker: \(String(decoding: frame.body, as: UTF8.self))")
            Self.leave(status: 77)
        case .leave: desk.gangs.finish { Self.leave() }
        default:
            throw ExecutorError(.protocolViolation, "the pool sent a frame of kind \(frame.kind)")
        }
    }

    /// Ends the process at once, from any thread; handlers of the program's `exit` are not for workers.
    private static func leave(status: Int32 = 0) {
        fflush(nil)
        _exit(status)
    }
}
