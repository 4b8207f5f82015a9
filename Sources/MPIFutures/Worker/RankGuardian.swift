// SPDX-License-Identifier: Apache-2.0
// The process that watches a rank of an MPI job.

import CWorkerEntry
import Foundation
import Futures

/// The parent of a rank above 0: passes its output on, and tells rank 0 how it ended.
///
/// MPI has no word for a rank that died, and the launcher ends the whole job as soon as it sees it. The launcher sees this
/// process instead, which lets rank 0 know first, and then ends with the worker's status unless the job is to go on.
struct RankGuardian {
    /// How long rank 0 may go on after a worker was lost, in milliseconds, before the launcher is told.
    private static let patience: Int32 = 30_000

    private let rank: Int
    private let worker: pid_t
    private let record: UnsafeMutablePointer<CWorkerEntry_record>
    /// Where the worker says how to reach rank 0.
    private var news: Int32
    private var connection: Int32 = -1
    private var isContinuous = false
    private var lines: [LineReader]
    private var lastErrors: [[UInt8]] = []

    init(
        rank: Int, worker: pid_t, news: Int32, output: Int32, errors: Int32,
        record: UnsafeMutablePointer<CWorkerEntry_record>
    ) {
        self.rank = rank
        self.worker = worker
        self.news = news
        self.record = record
        lines = [LineReader(output, stream: 1), LineReader(errors, stream: 2)]
    }

    /// Watches until the worker has ended; never returns.
    consuming func watch() -> Never {
        let ending = CWorkerEntry_watch(worker)
        while true {
            var descriptors = [news, connection, ending].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            descriptors += lines.map { pollfd(fd: $0.isOpen ? $0.descriptor : -1, events: Int16(POLLIN), revents: 0) }
            // Without a descriptor for the worker's end, it is looked for ten times a second.
            let count = poll(&descriptors, nfds_t(descriptors.count), ending < 0 ? 100 : -1)
            if count < 0 && errno != EINTR { endWorker() }
            if descriptors[0].revents != 0 { connect() }
            if descriptors[1].revents != 0 { readCommand() }
            for index in lines.indices where descriptors[3 + index].revents != 0 { relay(lines[index].read()) }
            if ending < 0 || descriptors[2].revents != 0 { finishIfEnded() }
        }
    }

    /// Reads where rank 0 listens; a rank 0 on another host can't be reached, and is told by the launcher alone.
    private mutating func connect() {
        defer {
            close(news)
            news = -1
        }
        guard let head = readAll(news, 4) else { return }
        let count = head.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self).littleEndian }
        guard count < 1 << 16, let body = readAll(news, Int(count)) else { return }
        do {
            let address = try BinaryDecoder().decode(GuardianDesk.Address.self, from: body)
            isContinuous = address.isContinuous
            connection = try UnixSocket.connect(to: address.socket)
            let hello = Hello(
                role: .guardian, secret: address.secret, image: .current, job: 0, rank: rank, pid: getpid(),
                host: WorkerSetup.hostName)
            send(Frame(kind: .hello, body: try BinaryEncoder().encode(hello)))
        } catch {
            connection = -1
        }
    }

    /// Rank 0 says one thing only: end the worker.
    ///
    /// The end of the connection is that of rank 0.
    private mutating func readCommand() {
        var header = [UInt8](repeating: 0, count: Frame.headerSize)
        let count = read(connection, &header, header.count)
        if count < 0 && (errno == EINTR || errno == EAGAIN) { return }
        guard count > 0 else {
            close(connection)
            connection = -1
            return
        }
        // The kind is in the first of its 4 bytes.
        if header[24] == Frame.Kind.kill.rawValue { kill(worker, SIGKILL) }
    }

    private func finishIfEnded() {
        var status: Int32 = 0
        guard waitpid(worker, &status, WNOHANG) == worker else { return }
        var copy = self
        copy.finish(signal: CWorkerEntry_endSignal(status), status: CWorkerEntry_exitCode(status))
    }

    private mutating func finish(signal: Int32, status: Int32) -> Never {
        for reader in lines where reader.isOpen { relay(reader.drain()) }
        let (task, item) = (record.pointee.task, record.pointee.item)
        let end = WorkerEnd(
            signal: signal, status: status, task: task > 0 ? task - 1 : nil,
            item: item > 0 && task > 0 ? Int(item) - 1 : nil)
        for line in lastErrors { send(Frame(kind: .output, task: 2, body: line)) }
        if let body = try? BinaryEncoder().encode(end) { send(Frame(kind: .ended, body: body)) }
        if isContinuous { exit(0) }
        // Rank 0 ends its futures and then itself; when it takes too long the launcher ends it.
        if connection >= 0 {
            var descriptor = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
            poll(&descriptor, 1, Self.patience)
        }
        exit(signal != 0 ? 128 + signal : status)
    }

    private mutating func relay(_ output: [(stream: UInt64, line: [UInt8])]) {
        for (stream, line) in output {
            let isError = stream == 2
            if isError { lastErrors = lastErrors.suffix(19) + [line] }
            let bytes = line + [10]
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(isError ? 2 : 1, $0.baseAddress, $0.count) }
                if count < 0 && errno == EINTR { continue }
                // A closed stream is nothing that a guardian could mend.
                guard count > 0 else { break }
                rest = rest.dropFirst(count)
            }
        }
    }

    private func endWorker() -> Never {
        kill(worker, SIGKILL)
        var status: Int32 = 0
        waitpid(worker, &status, 0)
        exit(71)
    }

    /// Sends a small frame; where rank 0 is gone nobody needs it.
    private func send(_ frame: Frame) {
        guard connection >= 0 else { return }
        let bytes = frame.bytes
        _ = Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    private func readAll(_ descriptor: Int32, _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var got = 0
        while got < count {
            let part = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + got, count - got) }
            if part < 0 && errno == EINTR { continue }
            guard part > 0 else { return nil }
            got += part
        }
        return bytes
    }
}
