// SPDX-License-Identifier: Apache-2.0
// Whole lines from a pipe.

import Foundation

/// Reads one of a worker's output streams.
final class LineReader {
    /// A line that gets longer than this is passed on in parts.
    private static let longest = 1 << 16

    let descriptor: Int32
    private let stream: UInt64
    private(set) var isOpen = true
    private var rest: [UInt8] = []

    /// - Parameter stream: 1 for standard output, 2 for standard error.
    init(_ descriptor: Int32, stream: UInt64) {
        self.descriptor = descriptor
        self.stream = stream
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    /// The lines that one read completes.
    func read() -> [(stream: UInt64, line: [UInt8])] {
        var buffer = [UInt8](repeating: 0, count: Self.longest)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        if count < 0 && (errno == EAGAIN || errno == EINTR) { return [] }
        guard count > 0 else {
            isOpen = false
            return flush()
        }
        rest += buffer[..<count]
        var lines: [(stream: UInt64, line: [UInt8])] = []
        var start = 0
        while let end = rest[start...].firstIndex(of: 10) {
            lines.append((stream, Array(rest[start..<end])))
            start = end + 1
        }
        rest.removeFirst(start)
        if rest.count > Self.longest { lines += flush() }
        return lines
    }

    /// Everything that is left, after the writer has ended.
    func drain() -> [(stream: UInt64, line: [UInt8])] {
        var lines: [(stream: UInt64, line: [UInt8])] = []
        var descriptors = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
        // A process that the worker started may hold the pipe open: only what is there now is waited for.
        while isOpen, poll(&descriptors, 1, 0) > 0 { lines += read() }
        return lines + flush()
    }

    private func flush() -> [(stream: UInt64, line: [UInt8])] {
        guard !rest.isEmpty else { return [] }
        defer { rest = [] }
        return [(stream, rest)]
    }
}
