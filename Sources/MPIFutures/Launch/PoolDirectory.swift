// SPDX-License-Identifier: Apache-2.0
// Where a pool's socket lies.

import Foundation
import Futures

/// A directory that only this user can enter, with the pool's socket in it.
///
/// It is removed when the pool ends; where the program was killed, the guardians of its workers remove it, and what a
/// program left that was killed before it had any is swept away by the next pool.
struct PoolDirectory: Sendable {
    private static let prefix = "mpifutures-"
    private static let socketName = "pool"

    let path: String

    var socket: String { "\(path)/\(Self.socketName)" }

    /// Makes the directory.
    ///
    /// - Throws: ``ExecutorError/Code/launchFailed`` where no temporary directory can be written.
    init() throws(ExecutorError) {
        Self.sweep()
        var template = Array("\(Self.base)/\(Self.prefix)\(getpid())-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw ExecutorError(
                .launchFailed,
                "no directory for the pool's socket could be made in \(Self.base) (\(Self.lastError)): set TMPDIR")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes the socket and the directory.
    func remove() { Self.remove(socket: socket) }

    /// Removes a socket and its directory; nothing happens where they are gone.
    static func remove(socket: String) {
        unlink(socket)
        if let slash = socket.lastIndex(of: "/") { rmdir(String(socket[..<slash])) }
    }

    /// Where the directories are made: the temporary directory, or `/tmp` where its path is too long for a socket's,
    /// which may have 107 bytes.
    private static var base: String {
        let base = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        guard !base.isEmpty, base.utf8.count <= 60 else { return "/tmp" }
        return base.count > 1 && base.hasSuffix("/") ? String(base.dropLast()) : base
    }

    private static var lastError: String { String(cString: strerror(errno)) }

    /// Removes the directories of programs that do not run any more.
    private static func sweep() {
        // A directory that can't be listed or removed is somebody else's.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []
        for name in names where name.hasPrefix(prefix) {
            let owner = name.dropFirst(prefix.count).prefix { $0 != "-" }
            guard let pid = pid_t(owner), kill(pid, 0) != 0, errno == ESRCH else { continue }
            remove(socket: "\(base)/\(name)/\(socketName)")
        }
    }
}
