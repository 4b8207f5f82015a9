// SPDX-License-Identifier: Apache-2.0
// Lockstep jobs beside the program's own, for tests that break some.

package import Futures
import MPI
import Synchronization

extension MPIExecutor {
    /// Makes an executor in lockstep with the one that the other ranks make at the same place, and with nothing else.
    ///
    /// Collective over the job; MPI must run. To be ended by ``closeLockstep()``.
    package init(lockstepApart patience: Duration, seed: UInt64 = 0) async throws {
        let job = try await Task(executorPreference: MPIThread.shared) {
            let world = try Communicator.world()
            let job = LockstepJob(rank: world.rank, size: world.size, patience: patience)
            let transport = try MPITransport(job)
            job.attach(transport)
            transport.start()
            return job
        }.value
        self.init(SyncroBackend(job, seed: seed), .syncro, "asked for by the program")
    }

    /// Another executor of the same lockstep job, with an initializer; `syncro` only.
    package nonisolated func beside(_ initializer: WorkerInitializer) throws -> MPIExecutor {
        guard let backend = backend as? SyncroBackend else {
            throw ExecutorError(.unsupported, "\(description) has no lockstep job")
        }
        return MPIExecutor(
            SyncroBackend(backend.job, seed: 0, initializer: initializer), .syncro, "asked for by the program")
    }

    /// Whether all ranks have made the same steps, as far as this one knows; true where there is one program only.
    package nonisolated var isInStep: Bool { (backend as? SyncroBackend)?.job.failure == nil }

    /// Tells the other ranks that this program submits nothing more, as its end would; `syncro` only.
    package nonisolated func endLockstep() {
        (backend as? SyncroBackend)?.job.post { $0.machine.programEnded() }
    }

    /// Waits until all programs have ended, and stops listening; `syncro` only.
    package nonisolated func closeLockstep() async throws {
        guard let job = (backend as? SyncroBackend)?.job else { return }
        endLockstep()
        while !job.mayLeave { try await Task.sleep(for: .milliseconds(1)) }
        guard let transport = job.state.withLock({ $0.transport }) as? MPITransport else { return }
        await transport.finish()
        await transport.stop()
    }
}
