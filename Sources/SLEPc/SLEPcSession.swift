// SPDX-License-Identifier: Apache-2.0
// The start of PETSc and SLEPc in this process.

internal import CSLEPc
internal import CSLEPcSystem

/// PETSc and SLEPc in this process.
///
/// All calls of this target belong on the one thread that also makes the process's MPI calls: Debian's PETSc is not
/// thread-safe. The world of PETSc is `MPI_COMM_SELF`, so its start waits for no other rank; objects live on the
/// communicators that they are given.
/// Nothing ends PETSc: its objects end with their scopes, and `MPI_Finalize` needs nothing more of it.
package enum SLEPcSession {
    /// Starts PETSc and SLEPc unless they run already.
    ///
    /// Local; MPI must be initialised.
    ///
    /// - Throws: ``PETScError`` with PETSc's code.
    package static func start() throws(PETScError) {
        if isRunning { return }
        let code = CSLEPc_start()
        if code != 0 {
            throw PETScError(
                code: code, message: "PETSc and SLEPc did not start; MPI must be initialised before, on this thread")
        }
        try check(ErrorStack.install())
    }

    /// Whether PETSc and SLEPc run in this process.
    private static var isRunning: Bool {
        var running = PETSC_FALSE
        return SlepcInitialized(&running) == 0 && running == PETSC_TRUE
    }
}
