// SPDX-License-Identifier: Apache-2.0
// From where a pool's workers connect.

import Foundation
import Futures

/// Whether all workers are on this host.
enum PoolReach: Sendable, Equatable {
    /// All workers are on this host.
    case thisHost
    /// There are workers on other hosts, which reach this one at an address.
    case hosts(listeningAt: String)

    /// Looks at the hosts of an allocation; names are looked up on a thread of its own.
    ///
    /// - Throws: ``Futures/ExecutorError/Code/launchFailed`` where a host has no address or can't be reached.
    static func of(_ allocation: Allocation?) async throws(ExecutorError) -> PoolReach {
        let own = WorkerSetup.hostName
        let known = ["localhost", own, own.split(separator: ".").first.map(String.init) ?? own]
        let names = (allocation?.hosts ?? []).map(\.name).filter { !known.contains($0) }
        guard !names.isEmpty else { return .thisHost }
        let found = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<PoolReach, ExecutorError>, Never>) in
            Thread.detachNewThread {
                continuation.resume(returning: Result { () throws(ExecutorError) in try look(at: names) })
            }
        }
        return try found.get()
    }

    /// The reach that the first host needs which is not this one.
    private static func look(at names: [String]) throws(ExecutorError) -> PoolReach {
        for name in names {
            let route = try TCPSocket.route(to: name)
            if route.host != route.own { return .hosts(listeningAt: route.own.text) }
        }
        return .thisHost
    }
}
