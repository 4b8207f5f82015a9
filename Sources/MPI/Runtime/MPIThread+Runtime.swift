// SPDX-License-Identifier: Apache-2.0
// The start and the end of MPI, on its thread.

internal import CMPI

extension MPIThread {
    /// Starts MPI, once; later calls return at once.
    ///
    /// To be called on this thread. Collective over the whole job.
    ///
    /// MPI waits until every rank of the job has come: where one has died already it waits for ever. Other threads
    /// run on meanwhile and may end the process; no lock is held that they could need.
    ///
    /// - Parameter requested: the thread support to ask for. See ``MPIRuntime/threadSupport`` for what MPI gave.
    /// - Throws: ``MPIError/Code/wrongThread`` elsewhere, ``MPIError/Code/closed`` after ``finalize()``, and what
    ///   `MPI_Init_thread` returned.
    package func runInitialize(_ requested: ThreadSupport = .multiple) throws(MPIError) {
        try requireCurrent("initialize")
        try MPIRuntime.shared.initialize(requested, on: self)
    }

    /// Ends MPI, once, if it runs and was started by ``runInitialize(_:)``.
    ///
    /// To be called on the thread that started it.
    ///
    /// Collective over the whole job. Communicators that were abandoned do no harm. No communicator can be used after.
    package func finalize() throws(MPIError) {
        try requireCurrent("finalize")
        try MPIRuntime.shared.finalize()
    }

    /// Ends all processes of the job (MPI 3.1 §8.7), for errors after which the other ranks would wait for ever.
    ///
    /// To be called on this thread.
    ///
    /// - Parameter exitCode: what the launcher is to return.
    /// - Throws: ``MPIError`` where MPI doesn't run: then the job can't be ended from here.
    package func abortJob(exitCode: Int32) throws(MPIError) {
        try requireCurrent("abortJob")
        _ = try MPIRuntime.shared.control()
        try MPIError.check(CMPI_abort(exitCode), "MPI_Abort")
    }

    /// Throws unless the caller runs on this thread.
    func requireCurrent(_ operation: StaticString, communicator: String? = nil, rank: Int? = nil) throws(MPIError) {
        guard !isCurrent else { return }
        throw MPIError(
            .wrongThread,
            "called outside the thread '\(name)': MPI may only be called there. Run the code in a "
                + "Task(executorPreference: MPIThread.shared), or isolate it to @MPIActor",
            operation: operation.description, communicator: communicator, rank: rank)
    }
}
