// SPDX-License-Identifier: Apache-2.0
// The unit of what travels between a program and its workers.

import NIOCore

/// A message: a kind, the task that it is about, and a body of any size below memory.
///
/// On the wire: 8 bytes body length, 8 bytes task number, 4 bytes kind, 4 bytes prefix length, the prefix, the body; all
/// little-endian. The prefix says what the body is about; kept apart so that a large body is never copied to cut it off.
struct Frame: Sendable, Equatable {
    /// What a frame says.
    enum Kind: UInt8, Sendable, CaseIterable {
        // To the pool.
        case hello = 1
        case started, answered, dropped, progress, collectivePrepared, collectiveFailed
        case output, ended
        // To a worker.
        case welcome = 64
        case refused, run, cancel, revoke, abandon, prepareCollective, leave
        // To a guardian.
        case kill
    }

    /// The bytes of a header.
    static let headerSize = 24
    /// A body that claims more than this is not believed: no machine has the memory.
    static let largestBody: UInt64 = 1 << 46

    /// A prefix that claims more than this is not believed.
    static let largestPrefix = 1 << 24

    var kind: Kind
    var task: UInt64 = 0
    var prefix = ByteBuffer()
    var body: [UInt8] = []

    /// Writes a header and a prefix; the body follows on its own.
    static func write(
        _ kind: Kind, _ task: UInt64, bodyCount: Int, prefix: (inout ByteBuffer) -> Void, into buffer: inout ByteBuffer
    ) {
        buffer.writeMultipleIntegers(
            UInt64(bodyCount), task, UInt32(kind.rawValue), UInt32(0), endianness: .little)
        let start = buffer.writerIndex
        prefix(&buffer)
        let count = UInt32(buffer.writerIndex - start)
        if count > 0 { buffer.setInteger(count, at: start - 4, endianness: .little) }
    }

    /// The whole frame as bytes, for small ones.
    var bytes: [UInt8] {
        var buffer = ByteBuffer()
        Self.write(kind, task, bodyCount: body.count, prefix: { $0.writeImmutableBuffer(prefix) }, into: &buffer)
        buffer.writeBytes(body)
        return Array(buffer.readableBytesView)
    }
}
