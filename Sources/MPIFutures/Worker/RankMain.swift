// SPDX-License-Identifier: Apache-2.0
// Where the ranks of an MPI job go before `main`, and what rank 0 does at its end.

import CWorkerEntry
import Foundation
import Futures

/// What the constructor in `CWorkerEntry` is to do with a process that an MPI launcher started; called before `main`.
///
/// - Returns: The rank of a worker, which never reaches `main`; 0 for rank 0 of such a job; -1 where `main` simply runs, -2
///   where it does so in step with other ranks.
@c(mpifutures_rank_role)
package func rankRole() -> Int32 {
    switch LaunchEnvironment.current.role {
    case .masterWorkerRank(let rank): Int32(rank)
    case .program: LaunchEnvironment.current.mode == .masterWorker ? 0 : -1
    case .lockstepRank: CWORKERENTRY_LOCKSTEP
    }
}

/// Serves rank 0 and never returns.
///
/// The process forks while it has one thread: the child is the worker, this process its guardian.
@c(mpifutures_rank_main)
package func rankMain(_ rank: Int32) {
    WorkerMark.isSet = true
    signal(SIGPIPE, SIG_IGN)
    // Descriptors of the worker's output, its errors, and what it tells its guardian.
    var pipes: [[Int32]] = [[0, 0], [0, 0], [0, 0]]
    guard let record = CWorkerEntry_mapRecord(), pipes.indices.allSatisfy({ pipe(&pipes[$0]) == 0 }) else {
        WorkerMark.complain("rank \(rank) could not be set up: \(String(cString: strerror(errno)))")
        exit(71)
    }
    let guardian = getpid()
    let child = CWorkerEntry_fork()
    if child < 0 {
        WorkerMark.complain("rank \(rank) could not be started: \(String(cString: strerror(errno)))")
        exit(71)
    }
    guard child == 0 else {
        for descriptors in pipes { close(descriptors[1]) }
        RankGuardian(
            rank: Int(rank), worker: child, news: pipes[2][0], output: pipes[0][0], errors: pipes[1][0],
            record: record
        ).watch()
    }
    _ = CWorkerEntry_dieWithParent()
    guard getppid() == guardian else { exit(0) }
    dup2(pipes[0][1], 1)
    dup2(pipes[1][1], 2)
    for descriptor in pipes[0] + pipes[1] + [pipes[2][0]] { close(descriptor) }
    CWorkerEntry_lineBuffer(1)
    _ = CWorkerEntry_setNumericThreads(PoolEnvironment.ownThreadCount)
    RankWorker(rank: Int(rank), RunningRecord(record), guardian: pipes[2][1]).serve()
}

/// Ends the job of which this process is rank 0; called by `exit`, on whatever thread called that.
@c(mpifutures_rank_end)
package func rankEnd(_ status: Int32) {
    let done = DispatchSemaphore(value: 0)
    Task.detached {
        await MasterWorkerJob.shared.end(status: status)
        done.signal()
    }
    // Every step of the end has a limit of its own; the last way out is to leave.
    _ = done.wait(timeout: .now() + .seconds(75))
}
