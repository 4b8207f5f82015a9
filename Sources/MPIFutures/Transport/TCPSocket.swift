// SPDX-License-Identifier: Apache-2.0
// TCP sockets.

import CEpoll
import Foundation
import Futures

/// The system calls behind a pool's connections to other hosts; every descriptor is closed on exec.
enum TCPSocket {
    /// An address of a host, without a port.
    struct Address: Sendable, Equatable {
        fileprivate var storage: [UInt8]

        /// The address in numbers, `10.0.0.1` or `fe80::1%eth0`.
        var text: String { TCPSocket.text(storage) }

        static func == (lhs: Address, rhs: Address) -> Bool { lhs.text == rhs.text }
    }

    /// Opens a socket at an address, on a port that the system chooses; does not block.
    static func listen(at address: String) throws(ExecutorError) -> (descriptor: Int32, port: UInt16) {
        let bytes = try resolve(address, port: 0, flags: AI_NUMERICHOST | AI_PASSIVE)
        let descriptor = try open(bytes, SOCK_STREAM)
        setNonBlocking(descriptor)
        guard with(bytes, { bind(descriptor, $0, $1) == 0 }), Glibc.listen(descriptor, 1024) == 0,
            let own = name(descriptor, getsockname)
        else {
            throw failure("the pool can't listen at \(address)", closing: descriptor)
        }
        return (descriptor, port(own))
    }

    /// Connects; sending and receiving then take `limit` seconds at most, until ``serve(_:)``.
    static func connect(to address: String, port: UInt16, limit: Int) throws(ExecutorError) -> Int32 {
        let bytes = try resolve(address, port: port, flags: AI_NUMERICHOST)
        let descriptor = try open(bytes, SOCK_STREAM)
        setLimit(descriptor, limit)
        guard with(bytes, { Glibc.connect(descriptor, $0, $1) == 0 }) else {
            throw failure("the pool at \(address), port \(port), does not answer", closing: descriptor)
        }
        return descriptor
    }

    /// Takes the next connection of a listening socket; `nil` where none waits.
    static func accept(_ listener: Int32) -> Int32? {
        let descriptor = CEpoll_accept(listener)
        return descriptor >= 0 ? descriptor : nil
    }

    /// Prepares a connection for frames: no delay, no blocking, and an end where the other host is gone.
    static func serve(_ descriptor: Int32) {
        setLimit(descriptor, 0)
        setNonBlocking(descriptor)
        set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
        // A host that was switched off says nothing: it is given up after about a minute.
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPIDLE, 30)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPINTVL, 10)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPCNT, 3)
        set(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, 60_000)
    }

    /// The address of a host, and that of this machine which its answers come to; nothing is sent.
    ///
    /// Both are the same where the host is this machine.
    static func route(to host: String) throws(ExecutorError) -> (host: Address, own: Address) {
        let bytes = try resolve(host, port: 9, flags: 0)
        let descriptor = try open(bytes, SOCK_DGRAM)
        guard with(bytes, { Glibc.connect(descriptor, $0, $1) == 0 }), let own = name(descriptor, getsockname) else {
            throw failure("the host \(host) can't be reached", closing: descriptor)
        }
        close(descriptor)
        return (Address(storage: bytes), Address(storage: own))
    }

    private static func resolve(_ host: String, port: UInt16, flags: Int32) throws(ExecutorError) -> [UInt8] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = flags | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, "\(port)", &hints, &found)
        defer { if let found { freeaddrinfo(found) } }
        guard status == 0, let first = found?.pointee, let address = first.ai_addr else {
            throw ExecutorError(
                .launchFailed,
                "the host \(host) has no address (\(String(cString: gai_strerror(status)))): correct its name, or leave it out"
            )
        }
        return Array(UnsafeRawBufferPointer(start: address, count: Int(first.ai_addrlen)))
    }

    private static func open(_ address: [UInt8], _ type: __socket_type) throws(ExecutorError) -> Int32 {
        let family = with(address) { pointer, _ in Int32(pointer.pointee.sa_family) }
        let descriptor = socket(family, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failure("no socket could be made", closing: descriptor) }
        return descriptor
    }

    private static func with<Result>(_ address: [UInt8], _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result)
        -> Result
    {
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) { $0.copyBytes(from: address.prefix($0.count)) }
        return withUnsafePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(address.count)) }
        }
    }

    private static func name(
        _ descriptor: Int32, _ call: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> [UInt8]? {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { call(descriptor, $0, &size) }
        }
        return status == 0 ? withUnsafeBytes(of: storage) { Array($0.prefix(Int(size))) } : nil
    }

    private static func text(_ address: [UInt8]) -> String {
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = with(address) { getnameinfo($0, $1, &host, socklen_t(host.count), nil, 0, NI_NUMERICHOST) }
        return status == 0
            ? String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : "?"
    }

    /// The port stands in the same place in addresses of both families.
    private static func port(_ address: [UInt8]) -> UInt16 { UInt16(address[2]) << 8 | UInt16(address[3]) }

    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        // An option that a kernel does not know costs a later notice of a loss, no more.
        _ = setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func setLimit(_ descriptor: Int32, _ seconds: Int) {
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            _ = setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    private static func setNonBlocking(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    private static func failure(_ what: String, closing descriptor: Int32) -> ExecutorError {
        let reason = String(cString: strerror(errno))
        if descriptor >= 0 { close(descriptor) }
        return ExecutorError(.launchFailed, "\(what): \(reason)")
    }
}
