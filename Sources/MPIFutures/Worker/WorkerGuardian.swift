// SPDX-License-Identifier: Apache-2.0
// The process that watches a worker.

import CWorkerEntry
import Foundation
import Futures

/// The parent of a worker: passes its output on, and tells the pool how it ended.
///
/// It has one thread and does nothing but wait. When the program is gone it ends the worker, which should have left by
/// itself, and removes the pool's socket; when the worker is gone it reports and leaves.
struct WorkerGuardian {
    private static let patience: Int32 = 300

    private let setup: WorkerSetup
    private let worker: pid_t
    private let record: UnsafeMutablePointer<CWorkerEntry_record>
    private var connection: Int32 = -1
    private var lines: [LineReader]

    init(
        _ setup: WorkerSetup, worker: pid_t, output: Int32, errors: Int32,
        record: UnsafeMutablePointer<CWorkerEntry_record>
    ) {
        self.setup = setup
        self.worker = worker
        self.record = record
        lines = [LineReader(output, stream: 1), LineReader(errors, stream: 2)]
    }

    /// Watches until the worker or the program has ended; never returns.
    consuming func watch() -> Never {
        guard connect() else { endWorker() }
        let ending = CWorkerEntry_watch(worker)
        while true {
            var descriptors = [
                pollfd(fd: connection, events: Int16(POLLIN), revents: 0),
                pollfd(fd: ending, events: Int16(POLLIN), revents: 0),
            ]
            descriptors += lines.map { pollfd(fd: $0.isOpen ? $0.descriptor : -1, events: Int16(POLLIN), revents: 0) }
            // Without a descriptor for the worker's end, it is looked for ten times a second.
            let count = poll(&descriptors, nfds_t(descriptors.count), ending < 0 ? 100 : -1)
            if count < 0 && errno != EINTR { endWorker() }
            if descriptors[0].revents != 0 { readCommand() }
            for index in lines.indices where descriptors[2 + index].revents != 0 { forward(lines[index].read()) }
            if ending < 0 || descriptors[1].revents != 0 { reportIfEnded() }
        }
    }

    private mutating func connect() -> Bool {
        do {
            connection = try setup.address.connect(setup.secret)
            let hello = try BinaryEncoder().encode(setup.hello(.guardian, pid: getpid()))
            return write(Frame(kind: .hello, body: hello))
        } catch {
            return false
        }
    }

    /// The pool says one thing only: end the worker.
    ///
    /// The end of the connection is the end of the program.
    private func readCommand() {
        var header = [UInt8](repeating: 0, count: Frame.headerSize)
        let count = read(connection, &header, header.count)
        if count < 0 && (errno == EINTR || errno == EAGAIN) { return }
        guard count > 0 else { endWorker() }
        // The kind is in the first of its 4 bytes.
        if header[24] == Frame.Kind.kill.rawValue {
            kill(worker, SIGKILL)
        } else if header[24] == Frame.Kind.refused.rawValue {
            // The program lives, and others are to use its socket.
            endWorker(programIsGone: false)
        }
    }

    private func reportIfEnded() {
        var status: Int32 = 0
        guard waitpid(worker, &status, WNOHANG) == worker else { return }
        for reader in lines where reader.isOpen { forward(reader.drain()) }
        let task = record.pointee.task
        let item = record.pointee.item
        let end = WorkerEnd(
            signal: CWorkerEntry_endSignal(status), status: CWorkerEntry_exitCode(status),
            task: task > 0 ? task - 1 : nil, item: item > 0 && task > 0 ? Int(item) - 1 : nil)
        // Without a report the pool still sees both connections end.
        if let body = try? BinaryEncoder().encode(end) { _ = write(Frame(kind: .ended, body: body)) }
        exit(0)
    }

    private func forward(_ output: [(stream: UInt64, line: [UInt8])]) {
        for (stream, line) in output {
            if !write(Frame(kind: .output, task: stream, body: line)) { endWorker() }
        }
    }

    /// Gives the worker a moment to leave, ends it, and removes what a program that is gone has left.
    private func endWorker(programIsGone: Bool = true) -> Never {
        if programIsGone, case .local(let path) = setup.address { PoolDirectory.remove(socket: path) }
        let ending = CWorkerEntry_watch(worker)
        var descriptor = pollfd(fd: ending, events: Int16(POLLIN), revents: 0)
        if ending >= 0 { poll(&descriptor, 1, Self.patience) }
        kill(worker, SIGKILL)
        var status: Int32 = 0
        waitpid(worker, &status, 0)
        exit(0)
    }

    private func write(_ frame: Frame) -> Bool {
        var bytes = frame.bytes[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0 {
                if errno == EINTR { continue }
                guard errno == EAGAIN else { return false }
                // The pool is slow to read: the worker's output waits in its pipe meanwhile.
                var descriptor = pollfd(fd: connection, events: Int16(POLLOUT), revents: 0)
                poll(&descriptor, 1, -1)
                continue
            }
            bytes = bytes.dropFirst(count)
        }
        return true
    }
}
