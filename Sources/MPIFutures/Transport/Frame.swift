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

    var kind: Kind
    var task: UInt64 = 0
    var prefix: [UInt8] = []
    var body: [UInt8] = []

    /// A prefix that claims more than this is not believed.
    static let largestPrefix = 1 << 24

    /// Writes the header and the prefix; the body follows on its own.
    func writeHead(into buffer: inout ByteBuffer) {
        buffer.writeInteger(UInt64(body.count), endianness: .little)
        buffer.writeInteger(task, endianness: .little)
        buffer.writeInteger(UInt32(kind.rawValue), endianness: .little)
        buffer.writeInteger(UInt32(prefix.count), endianness: .little)
        buffer.writeBytes(prefix)
    }

    /// The whole frame as bytes, for small ones.
    var bytes: [UInt8] {
        var buffer = ByteBuffer()
        writeHead(into: &buffer)
        buffer.writeBytes(body)
        return Array(buffer.readableBytesView)
    }
}
