// SPDX-License-Identifier: Apache-2.0
// Unix-domain stream sockets.

import CEpoll
import Foundation
import Futures

/// The system calls behind a pool's socket; every descriptor is closed on exec.
enum UnixSocket {
    /// The layout of Linux's `struct ucred`.
    private struct Credentials {
        var pid: pid_t = 0
        var user: uid_t = 0
        var group: gid_t = 0
    }

    /// Opens a socket that others can connect to; does not block.
    static func listen(at path: String) throws(ExecutorError) -> Int32 {
        let descriptor = try open()
        setNonBlocking(descriptor)
        guard withAddress(path, { Glibc.bind(descriptor, $0, $1) == 0 }), Glibc.listen(descriptor, 1024) == 0 else {
            throw failure("the pool's socket \(path) could not be opened", closing: descriptor)
        }
        return descriptor
    }

    /// Connects to a socket; the descriptor does not block afterwards.
    static func connect(to path: String) throws(ExecutorError) -> Int32 {
        let descriptor = try open()
        guard withAddress(path, { Glibc.connect(descriptor, $0, $1) == 0 }) else {
            throw failure("the pool's socket \(path) does not answer", closing: descriptor)
        }
        setNonBlocking(descriptor)
        return descriptor
    }

    /// Takes the next connection of a listening socket; `nil` where none waits, or where the peer is another user.
    static func accept(_ listener: Int32) -> Int32? {
        let descriptor = CEpoll_accept(listener)
        guard descriptor >= 0 else { return nil }
        var credentials = Credentials()
        var size = socklen_t(MemoryLayout<Credentials>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0,
            credentials.user == geteuid()
        else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private static func open() throws(ExecutorError) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failure("no socket could be made", closing: descriptor) }
        return descriptor
    }

    private static func setNonBlocking(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Bool) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8CString)
        guard bytes.count <= MemoryLayout.size(ofValue: address.sun_path) else {
            errno = ENAMETOOLONG
            return false
        }
        withUnsafeMutableBytes(of: &address.sun_path) { target in
            bytes.withUnsafeBytes { target.copyMemory(from: $0) }
        }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func failure(_ what: String, closing descriptor: Int32) -> ExecutorError {
        let reason = String(cString: strerror(errno))
        if descriptor >= 0 { close(descriptor) }
        return ExecutorError(.launchFailed, "\(what): \(reason)")
    }
}
