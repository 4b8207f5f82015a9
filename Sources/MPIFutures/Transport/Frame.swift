// SPDX-License-Identifier: Apache-2.0
// The unit of what travels between a program and its workers.

/// A message: a kind, the task that it is about, a number, and a body of any size below memory.
///
/// On the wire: a header of 32 bytes (body length, task, number: 8 bytes each; kind, prefix length: 4 bytes each), the
/// prefix, the body; all little-endian. The prefix says what the body is about; kept apart so that a large body is never
/// copied to cut it off.
struct Frame: Sendable, Equatable {
    /// What a frame says.
    enum Kind: UInt8, Sendable, CaseIterable {
        // To the pool.
        case hello = 1
        case started, returned, threw, dropped, progress, collectivePrepared, collectiveFailed
        case output, ended
        case initialized, initializerFailed, left
        // To a worker.
        case welcome = 64
        case refused, run, initialize, cancel, revoke, abandon, prepareCollective, leave
        // To a guardian.
        case kill
        // Between the ranks of a program in lockstep.
        case stepNotes = 96
        case stepValue, stepError, stepProgress, stepHold, stepFarewell, stepFailure
        case gangReport, gangAbandon
    }

    /// The bytes of a header.
    static let headerSize = 32
    /// A body that claims more than this is not believed: no machine has the memory.
    static let largestBody: UInt64 = 1 << 46
    /// A prefix that claims more than this is not believed.
    static let largestPrefix: UInt32 = 1 << 24

    var kind: Kind
    var task: UInt64 = 0
    var number: UInt64 = 0
    var prefix: [UInt8] = []
    var body: [UInt8] = []

    /// The header and the prefix; the body follows on its own.
    func writeHead(into bytes: inout [UInt8]) {
        bytes.write(UInt64(body.count))
        bytes.write(task)
        bytes.write(number)
        bytes.write(UInt32(kind.rawValue))
        bytes.write(UInt32(prefix.count))
        bytes += prefix
    }

    /// The whole frame as bytes, for small ones.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        writeHead(into: &bytes)
        return bytes + body
    }
}
