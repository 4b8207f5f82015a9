// SPDX-License-Identifier: Apache-2.0
// How a rank wakes another one that sleeps.

import Foundation
import Futures

/// A datagram socket that ranks on the same host ring when they have sent something to a rank that may be asleep.
///
/// MPI has no event for an incoming message, and looking for one often costs a sleeping process more of its core than it
/// may use. The socket has an abstract name (unix(7)), so nothing is left in the file system. A datagram carries nothing:
/// whoever sends one has the receiver look once for nothing.
final class Doorbell: SocketHandler {
    /// The name that others ring at; unique on this host.
    let name: String
    private let descriptor: Int32
    private let rung: @Sendable () -> Void

    /// Opens a bell; `rung` is called on the socket loop's thread, once for any number of rings.
    init(_ rung: @escaping @Sendable () -> Void) throws(ExecutorError) {
        self.rung = rung
        // Drawn at random, so that nobody can have taken the name beforehand.
        name = "mpifutures-\(Secret().hexadecimal.prefix(32))"
        descriptor = socket(
            AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0, Self.withAddress(name, { Glibc.bind(descriptor, $0, $1) == 0 }) else {
            let reason = String(cString: strerror(errno))
            if descriptor >= 0 { Glibc.close(descriptor) }
            throw ExecutorError(.launchFailed, "no doorbell could be made: \(reason)")
        }
        SocketLoop.shared.add(descriptor, self)
    }

    func readable() {
        var byte: UInt8 = 0
        var isRung = false
        while recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT)) >= 0 { isRung = true }
        if isRung { rung() }
    }

    func writable() {}

    /// Rings somebody's bell; one that is full has been rung, and one that is gone belonged to a rank that is.
    func ring(_ other: String) {
        _ = Self.withAddress(other) { address, size in
            sendto(descriptor, "", 0, Int32(MSG_DONTWAIT | MSG_NOSIGNAL), address, size) >= 0
        }
    }

    /// Closes the bell.
    func close() {
        SocketLoop.shared.remove(descriptor)
    }

    private static func withAddress(
        _ name: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Bool
    ) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // An abstract name begins with a zero and has the length that is given.
        let bytes = [0] + Array(name.utf8)
        let size = MemoryLayout<sa_family_t>.size + bytes.count
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(size)) }
        }
    }
}
