// SPDX-License-Identifier: Apache-2.0
// The unit of what travels between a program and its workers.

import Futures

/// A message: a kind, the task that it is about, a number, a body of any size below memory, and arrays that belong to it.
///
/// On the wire: a header of 32 bytes (body length, task, number: 8 bytes each; kind: 1 byte; number of attachments: 3
/// bytes; prefix length: 4 bytes), the prefix, for each attachment 16 bytes (count: 8 bytes, ``Futures/AttachedArray/code``: 1
/// byte, zeros), which the prefix length includes, the body, the attachments; all little-endian. The prefix says what the
/// body is about; kept apart so that a large body is never copied to cut it off.
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
    /// The bytes behind the prefix that announce an attachment.
    static let descriptorSize = 16
    /// A body that claims more than this is not believed: no machine has the memory.
    static let largestBody: UInt64 = 1 << 46
    /// A prefix that claims more than this is not believed.
    static let largestPrefix: UInt32 = 1 << 24

    var kind: Kind
    var task: UInt64 = 0
    var number: UInt64 = 0
    var prefix: [UInt8] = []
    var body: [UInt8] = []
    /// Large arrays that the body refers to.
    var attachments: [AttachedArray] = []

    /// The body and the attachments as a value.
    var payload: EncodedPayload { EncodedPayload(body, attachments: attachments) }

    /// The header and the prefix; the body and the attachments follow on their own.
    func writeHead(into bytes: inout [UInt8]) {
        bytes.write(UInt64(body.count))
        bytes.write(task)
        bytes.write(number)
        bytes.write(UInt32(kind.rawValue) | UInt32(attachments.count) << 8)
        bytes.write(UInt32(prefix.count + Self.descriptorSize * attachments.count))
        bytes += prefix
        for attachment in attachments {
            bytes.write(UInt64(attachment.count))
            bytes.write(UInt64(attachment.code))
        }
    }

    /// The whole frame as bytes, for small ones.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        writeHead(into: &bytes)
        bytes += body
        for attachment in attachments { bytes += attachment.memory }
        return bytes
    }
}

extension Frame {
    /// A frame that is about a value.
    init(kind: Kind, task: UInt64 = 0, number: UInt64 = 0, prefix: [UInt8] = [], payload: EncodedPayload) {
        self.init(
            kind: kind, task: task, number: number, prefix: prefix, body: payload.bytes,
            attachments: payload.attachments)
    }
}
