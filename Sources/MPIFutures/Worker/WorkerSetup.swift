// SPDX-License-Identifier: Apache-2.0
// What a worker process is told by its environment.

import Foundation
import Futures

/// The facts that a worker and its guardian start from.
struct WorkerSetup: Sendable {
    /// Where the pool listens.
    let address: PoolAddress
    let secret: Secret
    let job: Int
    let rank: Int
    let host: String

    /// The name of this machine.
    static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether this process is a worker; no pool may be started in one.
    static var isWorker: Bool { WorkerMark.isSet }

    /// Reads the variables of the pool and of the launcher, and removes the pool's.
    ///
    /// - Throws: ``ExecutorError/Code/invalidArgument``: somebody set a variable by hand.
    init(socket: String, environment: [String: String] = ProcessInfo.processInfo.environment) throws(ExecutorError) {
        address = PoolAddress(socket)
        guard let text = environment[PoolEnvironment.secret], let secret = Secret(hexadecimal: text) else {
            throw ExecutorError(
                .invalidArgument, "\(PoolEnvironment.worker) is set without a pool's secret: it is for pools to set")
        }
        guard let job = Int(environment[PoolEnvironment.job] ?? "") else {
            throw ExecutorError(.invalidArgument, "\(PoolEnvironment.job) is missing: it is for pools to set")
        }
        let variables = ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"]
        guard let rank = variables.lazy.compactMap({ environment[$0] }).compactMap({ Int($0) }).first else {
            throw ExecutorError(
                .launchFailed,
                "the launcher gave this worker no rank (none of \(variables.joined(separator: ", ")) is set)")
        }
        self.secret = secret
        self.job = job
        self.rank = rank
        host = Self.hostName
        unsetenv(PoolEnvironment.secret)
        unsetenv(PoolEnvironment.job)
    }

    /// The hello of this process.
    func hello(_ role: Hello.Role, pid: Int32) -> Hello {
        // On the network it is known by now that both ends know the secret, and it is not to be overheard.
        Hello(
            role: role, secret: address.isNetwork ? [] : secret.bytes, image: ImageIdentity.current, job: job,
            rank: rank, pid: pid,
            host: host)
    }
}

/// Remembers that this process is a worker.
enum WorkerMark {
    // Safe: written once, before the process has a second thread.
    nonisolated(unsafe) static var isSet = false

    /// Says on standard error why this process leaves.
    static func complain(_ text: String) {
        let line = Array("\(text)\n".utf8)
        _ = write(2, line, line.count)
    }
}
