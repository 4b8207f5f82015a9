// SPDX-License-Identifier: Apache-2.0
// A group of ranks that communicate with one another.

internal import CMPI
internal import Synchronization

/// A group of processes, and the operations by which they exchange data.
///
/// The operations are synchronous and run on the MPI thread: inside a collective task, on ``MPIActor``, or in a
/// `Task(executorPreference: MPIThread.shared)`. Elsewhere they throw ``MPIError/Code/wrongThread``. Collective
/// operations must be called by all ranks of the communicator, in the same order and with the same counts.
///
/// An operation waits without holding up the process, and leaves early in two cases, both within about a millisecond:
/// - The gang is over, since another rank threw an error or was lost: ``MPIError/Code/abandoned``.
/// - The Swift task is cancelled: ``MPIError/Code/cancelled``. What this rank has begun cannot be taken back.
///
/// After either the communicator can't be used any more. It and the buffers of unfinished requests are never freed.
///
/// Data is copied through buffers that belong to the operation, in blocks of ``blockByteCount`` bytes, so operations
/// of any size need little memory and counts beyond 2³¹ are no special case. Values travel as they lie in memory: all
/// processes must run on the same kind of machine.
public final class Communicator: Sendable {
    /// The bytes that one block of a large operation moves, unless asked otherwise.
    ///
    /// Small enough to stay in a core's cache between the copy and the transfer: a message of 256 MB took as long as
    /// one that MPI_Send reads from the caller's memory, a sum of that size less time. Blocks of 16 MB took twice as
    /// long. (Measured on 2 cores.) Large enough for the round trip that starts a block on a network.
    package static let defaultBlockByteCount = 1 << 20

    /// The number of this process in the communicator, from 0.
    public let rank: Int
    /// The number of processes in the communicator.
    public let size: Int
    /// The communicator's name, for messages.
    public let name: String
    /// The bytes that one block of a large operation moves; the same on all ranks.
    package let blockByteCount: Int
    /// What ends the gang; shared with the communicators that are split off from this one.
    package let abandonment: Abandonment
    /// The thread on which the communicator may be used.
    package let thread: MPIThread

    // Safe: the pointer is only a name for an object inside MPI; it never changes, and MPI is given it on `thread`
    // only.
    nonisolated(unsafe) let handle: OpaquePointer
    private let ownsHandle: Bool
    private let closed = Atomic<Bool>(false)
    /// Messages sent minus messages received by this rank: zero in sum over the ranks when none is left over.
    let messageBalance = Atomic<Int>(0)

    /// Takes over a communicator that MPI has made.
    ///
    /// - Parameters:
    ///   - handle: MPI's communicator.
    ///   - ownsHandle: whether ``close()`` frees it.
    ///   - name: its name, for messages.
    ///   - thread: the thread on which it will be used.
    ///   - abandonment: what ends the gang.
    ///   - blockByteCount: the bytes of a block; 1 to 2³¹ − 1, what one MPI call can move.
    init(
        handle: OpaquePointer, ownsHandle: Bool = true, name: String, thread: MPIThread, abandonment: Abandonment,
        blockByteCount: Int = Communicator.defaultBlockByteCount
    ) throws(MPIError) {
        var rank: Int32 = 0
        var size: Int32 = 0
        try MPIError.check(CMPI_comm_rank(handle, &rank), "MPI_Comm_rank")
        try MPIError.check(CMPI_comm_size(handle, &size), "MPI_Comm_size")
        precondition(
            (1...Int(Int32.max)).contains(blockByteCount), "a block has 1 to 2³¹ − 1 bytes, not \(blockByteCount)")
        self.handle = handle
        self.ownsHandle = ownsHandle
        self.rank = Int(rank)
        self.size = Int(size)
        self.name = name
        self.thread = thread
        self.abandonment = abandonment
        self.blockByteCount = blockByteCount
    }

    /// Whether the communicator can be used: it is neither closed nor abandoned, and MPI runs.
    ///
    /// From any thread.
    public var isValid: Bool {
        !isClosed && !abandonment.isRaised && MPIRuntime.shared.phase == .initialized
    }

    /// Whether the communicator was closed by this rank.
    var isClosed: Bool { closed.load(ordering: .relaxed) }

    /// MPI's handle (`MPI_Comm`), for PETSc, SLEPc and other C libraries.
    ///
    /// - Throws: ``MPIError/Code/wrongThread``, ``MPIError/Code/abandoned``, ``MPIError/Code/closed`` and
    ///   ``MPIError/Code/cancelled`` as any operation does.
    package var rawHandle: OpaquePointer {
        get throws(MPIError) { try Operation("rawHandle", on: self).communicator.handle }
    }

    /// Ends the gang for this rank, from any thread: the operation in progress, and all later ones, throw
    /// ``MPIError/Code/abandoned`` with the reason.
    ///
    /// Local: the other ranks must be told by other means.
    package func abandon(because reason: String) {
        abandonment.raise(because: reason)
    }

    /// Ends the use of the communicator, and frees it unless it is that of all ranks.
    ///
    /// Collective over the communicator.
    ///
    /// The ranks first agree on whether all messages were received. One that was not would stay inside MPI and turn up
    /// in a later communicator that reuses the number of this one: in that case the communicator is leaked.
    ///
    /// - Returns: the number of messages that were sent on this communicator and never received.
    @discardableResult
    package func close() throws(MPIError) -> Int {
        let operation = try Operation("close", on: self)
        let left = try allReduce(messageBalance.load(ordering: .relaxed), .sum)
        closed.store(true, ordering: .relaxed)
        if left == 0 && ownsHandle { try operation.check(CMPI_comm_free(handle)) }
        return left
    }
}
