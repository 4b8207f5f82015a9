// SPDX-License-Identifier: Apache-2.0
// How communicators come to be.

internal import CMPI
internal import Synchronization

extension Communicator {
    /// The communicator of all ranks of the job.
    ///
    /// Local.
    ///
    /// - Parameters:
    ///   - thread: the thread on which it will be used. Another one than ``MPIThread/shared`` needs
    ///     ``ThreadSupport/multiple``.
    ///   - blockByteCount: the bytes that one block of a large operation moves; the same on all ranks.
    /// - Throws: ``MPIError/Code/notInitialized`` before MPI was started.
    package static func world(
        on thread: MPIThread = .shared, blockByteCount: Int = Communicator.defaultBlockByteCount
    ) throws(MPIError) -> Communicator {
        _ = try MPIRuntime.shared.control()
        try thread.requireCurrent("world")
        return try Communicator(
            handle: CMPI_comm_world(), ownsHandle: false, name: "world", thread: thread, abandonment: Abandonment(),
            blockByteCount: blockByteCount)
    }

    /// Makes a communicator of some ranks of the job.
    ///
    /// Collective over those ranks only; the others take no part.
    ///
    /// The ranks meet first, by messages that can be given up, so a member that never comes does not block this rank
    /// inside MPI: raise `abandonment` to leave.
    ///
    /// - Parameters:
    ///   - worldRanks: the members' ranks in the job, in the order of their ranks in the new communicator. The same
    ///     list on all.
    ///   - tag: a number of the caller's that no other gang with common members has had in the last 2²⁰ or so, so
    ///     that a message left over from a gang that never came together is not taken for one of this gang's.
    ///   - name: the communicator's name, for messages.
    ///   - abandonment: what ends the gang; can be raised before the communicator exists.
    ///   - thread: the thread on which it will be used.
    ///   - blockByteCount: the bytes that one block of a large operation moves; the same on all ranks.
    /// - Throws: ``MPIError/Code/invalidArgument`` where this rank is not on the list, or a rank is twice on it or
    ///   does not exist.
    package static func group(
        of worldRanks: [Int], tag: Int, name: String? = nil, abandonment: Abandonment = Abandonment(),
        on thread: MPIThread = .shared, blockByteCount: Int = Communicator.defaultBlockByteCount
    ) throws(MPIError) -> Communicator {
        let control = try MPIRuntime.shared.control()
        let bound = MPIRuntime.shared.tagUpperBound
        // Any integer is welcome; its remainder is never negative here.
        let tag = Int(UInt(bitPattern: tag) % (UInt(bound) + 1))
        let operation = try Operation("group", on: control, tag: tag, abandonment: abandonment, thread: thread)
        guard Set(worldRanks).count == worldRanks.count, worldRanks.contains(control.rank),
            worldRanks.allSatisfy({ (0..<control.size).contains($0) })
        else {
            throw operation.error(
                .invalidArgument,
                "the members \(worldRanks) must be different ranks of the job (0 to \(control.size - 1)), and one of them "
                    + "this rank, \(control.rank)")
        }
        try meet(worldRanks, operation, tag: tag)
        let name = name ?? "group \(tag) of \(worldRanks)"
        var made: OpaquePointer?
        let ranks = worldRanks.map { Int32($0) }
        try operation.check(CMPI_comm_create_group(control.handle, Int32(ranks.count), ranks, Int32(tag), name, &made))
        guard let made else { throw operation.error(.internal, "MPI_Comm_create_group gave no communicator") }
        return try Communicator(
            handle: made, name: name, thread: thread, abandonment: abandonment, blockByteCount: blockByteCount)
    }

    /// Waits until all members have come: a dissemination barrier of empty messages in ⌈log₂ n⌉ rounds.
    ///
    /// Hensgen, Finkel and Manber, "Two algorithms for barrier synchronization" (1988). In round k a member signals
    /// the one 2^k places after it and waits for the one 2^k places before it; as all these neighbours differ, one
    /// tag is enough.
    private static func meet(_ worldRanks: [Int], _ operation: Operation, tag: Int) throws(MPIError) {
        guard let place = worldRanks.firstIndex(of: operation.communicator.rank) else { return }
        let count = worldRanks.count
        var distance = 1
        while distance < count {
            let next = worldRanks[(place + distance) % count]
            let previous = worldRanks[(place - distance + count) % count]
            try operation.exchangeSignals(to: next, from: previous, tag: tag)
            distance *= 2
        }
    }

    /// Runs a body with the communicator of the ranks that gave the same color.
    ///
    /// Collective over this communicator.
    ///
    /// The new communicator is closed after the body, which is collective over it, so all its ranks must leave the body
    /// alike. When the body throws, the new communicator is left behind, and is not freed.
    ///
    /// - Parameters:
    ///   - color: ranks with the same color share a communicator; not negative.
    ///   - key: orders the ranks in the new communicator; equal keys keep the present order.
    ///   - body: runs on the MPI thread.
    public func withSplit<Value>(
        color: Int, key: Int = 0, _ body: (Communicator) throws -> Value
    ) throws -> Value {
        let part = try split(color: color, key: key)
        let value = try body(part)
        try part.close()
        return value
    }

    /// Runs a body with a communicator of the same ranks whose messages don't mix with this one's.
    ///
    /// Collective over this communicator; for the end of the body see ``withSplit(color:key:_:)``.
    public func withDuplicate<Value>(_ body: (Communicator) throws -> Value) throws -> Value {
        let copy = try duplicate()
        let value = try body(copy)
        try copy.close()
        return value
    }

    /// Makes the communicator of the ranks that gave the same color.
    ///
    /// Collective; to be closed with ``close()``.
    package func split(color: Int, key: Int = 0) throws(MPIError) -> Communicator {
        let operation = try Operation("split", on: self)
        guard let narrowColor = Int32(exactly: color), color >= 0, let narrowKey = Int32(exactly: key) else {
            throw operation.error(
                .invalidArgument, "color \(color) must be 0 to 2³¹ − 1, and key \(key) must fit 32 bits")
        }
        // All ranks meet where they can leave again; then none waits long inside MPI, where it couldn't.
        try barrier()
        let name = "\(name)/\(color)"
        var made: OpaquePointer?
        try operation.check(CMPI_comm_split(handle, narrowColor, narrowKey, name, &made))
        guard let made else { throw operation.error(.internal, "MPI_Comm_split gave no communicator") }
        return try Communicator(
            handle: made, name: name, thread: thread, abandonment: abandonment, blockByteCount: blockByteCount)
    }

    /// Makes a communicator of the same ranks.
    ///
    /// Collective; to be closed with ``close()``.
    package func duplicate() throws(MPIError) -> Communicator {
        let operation = try Operation("duplicate", on: self)
        try barrier()
        let name = "\(name)/copy"
        var made: OpaquePointer?
        try operation.check(CMPI_comm_dup(handle, name, &made))
        guard let made else { throw operation.error(.internal, "MPI_Comm_dup gave no communicator") }
        return try Communicator(
            handle: made, name: name, thread: thread, abandonment: abandonment, blockByteCount: blockByteCount)
    }
}
