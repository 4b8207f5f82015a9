// SPDX-License-Identifier: Apache-2.0
// The event loops of sockets.

import Foundation
import Futures
import NIOCore
import NIOPosix

extension MultiThreadedEventLoopGroup {
    /// The one event loop of this process's pools, or of this worker.
    static let pools = MultiThreadedEventLoopGroup(numberOfThreads: 1)
}

extension AdaptiveRecvByteBufferAllocator {
    /// Reads small messages into small buffers and large ones by the megabyte.
    static let frames = AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 16384, maximum: 1 << 20)
}

/// Who is on the other end of a Unix-domain socket.
enum PeerCredentials {
    /// The layout of Linux's `struct ucred`.
    private struct Credentials: Sendable {
        var pid: pid_t
        var user: uid_t
        var group: gid_t
    }

    /// Fails where the peer is another user's process.
    static func check(_ channel: any Channel) -> EventLoopFuture<Void> {
        guard let provider = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        let credentials: EventLoopFuture<Credentials> = provider.unsafeGetSocketOption(
            level: .socket, name: .init(rawValue: SO_PEERCRED))
        return credentials.flatMapThrowing { credentials in
            guard credentials.user == geteuid() else {
                throw ExecutorError(
                    .protocolViolation, "user \(credentials.user) tried to connect to a pool of user \(geteuid())")
            }
        }
    }
}
