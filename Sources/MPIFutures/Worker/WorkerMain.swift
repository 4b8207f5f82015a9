// SPDX-License-Identifier: Apache-2.0
// Where a process that was started as a worker goes instead of to `main`.

import CWorkerEntry
import Foundation
import Futures

/// Serves a pool and never returns; called by the constructor in `CWorkerEntry`, before `main`.
///
/// The process forks while it has one thread: the child is the worker, this process its guardian.
@c(mpifutures_worker_main)
package func workerMain(_ socketPath: UnsafePointer<CChar>) {
    WorkerMark.isSet = true
    signal(SIGPIPE, SIG_IGN)
    let setup: WorkerSetup
    do {
        setup = try WorkerSetup(socket: String(cString: socketPath))
    } catch {
        WorkerMark.complain("\(error)")
        exit(78)
    }
    var output: [Int32] = [0, 0]
    var errors: [Int32] = [0, 0]
    guard let record = CWorkerEntry_mapRecord(), pipe(&output) == 0, pipe(&errors) == 0 else {
        WorkerMark.complain("the worker could not be set up: \(String(cString: strerror(errno)))")
        exit(71)
    }
    let guardian = getpid()
    let child = CWorkerEntry_fork()
    switch child {
    case -1:
        WorkerMark.complain("the worker could not be started: \(String(cString: strerror(errno)))")
        exit(71)
    case 0:
        _ = CWorkerEntry_dieWithParent()
        guard getppid() == guardian else { exit(0) }
        dup2(output[1], 1)
        dup2(errors[1], 2)
        for descriptor in output + errors { close(descriptor) }
        CWorkerEntry_lineBuffer(1)
        _ = CWorkerEntry_setNumericThreads(PoolEnvironment.ownThreadCount)
        WorkerService(setup, RunningRecord(record)).serve()
    default:
        close(output[1])
        close(errors[1])
        WorkerGuardian(setup, worker: child, output: output[0], errors: errors[0], record: record).watch()
    }
}
