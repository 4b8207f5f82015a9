// SPDX-License-Identifier: Apache-2.0
// What both ends of a new connection tell each other.

import Futures

/// The first message of a worker or of its guardian.
struct Hello: Codable, Sendable, Equatable {
    /// Who speaks.
    enum Role: UInt8, Codable, Sendable {
        case worker, guardian
    }

    /// The version of frames and messages; both ends are one executable, so this only catches strangers.
    static let protocolVersion: UInt32 = 1

    var version = Self.protocolVersion
    var role: Role
    var secret: [UInt8]
    var image: ImageIdentity
    var job: Int
    var rank: Int
    var pid: Int32
    var host: String
}

/// A guardian's last message: how its worker ended.
struct WorkerEnd: Codable, Sendable, Equatable {
    /// The signal that ended the process, 0 where it left by itself.
    var signal: Int32
    /// Its exit status where it left by itself.
    var status: Int32
    /// The task that it ran, and the item of a chunk.
    var task: UInt64?
    var item: Int?
}
