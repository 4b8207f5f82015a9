// SPDX-License-Identifier: Apache-2.0
// Where the blocks of a message are put together.

internal import Glibc

/// Collects bytes: in a buffer of the caller's, or in memory of its own that grows.
final class MessageSink {
    /// How many bytes came, whether or not there was room for them.
    private(set) var byteCount = 0
    private var buffer: UnsafeMutableRawBufferPointer
    private let isOwner: Bool

    /// Makes a sink of the caller's buffer, which must outlive it.
    ///
    /// What doesn't fit is counted and dropped.
    init(_ buffer: UnsafeMutableRawBufferPointer) {
        self.buffer = buffer
        isOwner = false
    }

    /// Makes a sink that grows.
    init() {
        buffer = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        isOwner = true
    }

    deinit {
        if isOwner { free(buffer.baseAddress) }
    }

    /// The bytes so far.
    var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: buffer[..<min(byteCount, buffer.count)])
    }

    /// Takes the next bytes.
    func append(_ bytes: UnsafeRawBufferPointer) {
        if isOwner { reserve(byteCount + bytes.count) }
        let fitting = max(0, min(bytes.count, buffer.count - byteCount))
        if fitting > 0 { buffer.copy(UnsafeRawBufferPointer(rebasing: bytes[..<fitting]), at: byteCount) }
        byteCount += bytes.count
    }

    private func reserve(_ capacity: Int) {
        guard capacity > buffer.count else { return }
        // The first block is the whole message most of the time; from the second on the memory doubles.
        let capacity = buffer.isEmpty ? capacity : max(capacity, 2 * buffer.count)
        guard let memory = realloc(buffer.baseAddress, capacity) else {
            fatalError("no memory for a message of more than \(byteCount) bytes")
        }
        buffer = UnsafeMutableRawBufferPointer(start: memory, count: capacity)
    }
}
