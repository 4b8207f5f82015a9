// SPDX-License-Identifier: Apache-2.0
// The state of the MPI library in this process.

internal import CMPI
internal import Synchronization

/// What this process knows about its MPI library: whether it runs, and what it found when it started.
package final class MPIRuntime: Sendable {
    /// The process's only runtime.
    package static let shared = MPIRuntime()

    /// Where the library is between its start and its end.
    package enum Phase: Sendable, Equatable {
        /// `MPI_Init_thread` was not called here.
        case uninitialized
        /// The library runs.
        case initialized
        /// `MPI_Finalize` was called; MPI cannot be started again in this process.
        case finalized
        /// Starting failed; a second try is not allowed by MPI.
        case failed(MPIError)
    }

    private struct State {
        var phase = Phase.uninitialized
        var isOwner = false
        var support = ThreadSupport.single
        var tagUpperBound = 32767
        var control: Communicator?
    }

    private let state = Mutex(State())

    private init() {}

    /// Where the library is between its start and its end.
    package var phase: Phase { state.withLock { $0.phase } }

    /// What the library gave when it was asked for thread support; meaningful once it runs.
    package var threadSupport: ThreadSupport { state.withLock { $0.support } }

    /// The largest tag of a message (`MPI_TAG_UB`).
    package var tagUpperBound: Int { state.withLock { $0.tagUpperBound } }

    /// The communicator of all ranks that only this library uses, for meetings before a group is formed.
    func control() throws(MPIError) -> Communicator {
        switch state.withLock({ ($0.phase, $0.control) }) {
        case (.initialized, .some(let control)): return control
        case (.finalized, _):
            throw MPIError(.closed, "MPI was finalised in this process; it cannot be used again")
        case (.failed(let error), _): throw error
        default:
            throw MPIError(.notInitialized, "call MPIThread.shared.runInitialize() on the MPI thread first")
        }
    }

    /// Starts MPI on the calling thread; does nothing where it runs already.
    ///
    /// Collective over the job.
    ///
    /// The lock is not held during the call, which waits for every rank of the job and may wait for ever.
    func initialize(_ requested: ThreadSupport, on thread: MPIThread) throws(MPIError) {
        switch phase {
        case .initialized: return
        case .finalized: throw MPIError(.closed, "MPI was finalised in this process; it cannot be started again")
        case .failed(let error): throw error
        case .uninitialized: break
        }
        do {
            let started = try start(requested, on: thread)
            state.withLock { $0 = started }
        } catch {
            state.withLock { $0.phase = .failed(error) }
            throw error
        }
    }

    /// Ends MPI, if it runs and was started here.
    ///
    /// Collective over the job; waits for every rank.
    func finalize() throws(MPIError) {
        guard phase == .initialized else { return }
        let (isOwner, control) = state.withLock { state in
            state.phase = .finalized
            return (state.isOwner, state.control)
        }
        guard isOwner, let control else { return }
        try MPIError.check(CMPI_comm_free(control.handle), "MPI_Comm_free")
        try MPIError.check(CMPI_finalize(), "MPI_Finalize")
    }

    private func start(_ requested: ThreadSupport, on thread: MPIThread) throws(MPIError) -> State {
        var state = State()
        var isRunning = false
        var isOver = false
        var provided: Int32 = 0
        var bound: Int32 = 0
        try MPIError.check(CMPI_is_finalized(&isOver), "MPI_Finalized")
        guard !isOver else { throw MPIError(.closed, "other code in this process has finalised MPI already") }
        try MPIError.check(CMPI_is_initialized(&isRunning), "MPI_Initialized")
        if isRunning {
            try MPIError.check(CMPI_query_thread(&provided), "MPI_Query_thread")
        } else {
            try MPIError.check(CMPI_init_thread(requested.rawValue, &provided), "MPI_Init_thread")
        }
        try MPIError.check(CMPI_comm_return_errors(CMPI_comm_world()), "MPI_Comm_set_errhandler")
        try MPIError.check(CMPI_comm_return_errors(CMPI_comm_self()), "MPI_Comm_set_errhandler")
        try MPIError.check(CMPI_tag_upper_bound(&bound), "MPI_Comm_get_attr")
        var made: OpaquePointer?
        try MPIError.check(CMPI_comm_dup(CMPI_comm_world(), "control", &made), "MPI_Comm_dup")
        guard let made else { throw MPIError(.internal, "MPI_Comm_dup gave no communicator") }
        let control = try Communicator(handle: made, name: "control", thread: thread, abandonment: Abandonment())
        HostProcessors.measure(worldSize: control.size)
        state.phase = .initialized
        state.isOwner = !isRunning
        state.support = ThreadSupport(rawValue: provided) ?? .single
        state.tagUpperBound = Int(bound)
        state.control = control
        return state
    }
}
