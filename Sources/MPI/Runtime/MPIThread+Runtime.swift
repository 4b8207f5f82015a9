// SPDX-License-Identifier: Apache-2.0
// The start and the end of MPI, on its thread.

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

    /// Throws unless the caller runs on this thread.
    func requireCurrent(_ operation: String, communicator: String? = nil, rank: Int? = nil) throws(MPIError) {
        guard !isCurrent else { return }
        throw MPIError(
            .wrongThread,
            "called outside the thread '\(name)': MPI may only be called there. Run the code in a "
                + "Task(executorPreference: MPIThread.shared), or isolate it to @MPIActor",
            operation: operation, communicator: communicator, rank: rank)
    }
}
