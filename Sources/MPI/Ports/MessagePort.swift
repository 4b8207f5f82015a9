// SPDX-License-Identifier: Apache-2.0
// Messages between all ranks of a job that nobody waits for.

internal import CMPI
internal import Synchronization

/// Sends and receives byte arrays between the ranks of a job, without waiting for either.
///
/// On a communicator of its own. What is sent leaves from where it lies, and what comes is received into the array that
/// is handed on, or into memory that the caller has ready: nothing is copied on the way in or out. Messages of one rank
/// arrive in the order in which they were sent; a body of more than 2³¹ − 1 bytes is one message for the caller, and
/// several for MPI.
///
/// With ``ThreadSupport/multiple`` any thread may send; otherwise sends wait for the port's thread. Receiving, and
/// finding out what has left, is done by ``poll(_:)`` on the port's thread.
package final class MessagePort: Sendable {
    /// What MPI can move in one call, with room to spare.
    static let pieceByteCount = 1 << 30

    /// A kind of message that the caller chooses, as MPI's tag.
    package enum Kind: Int32, Sendable {
        /// A message on its own.
        case message = 0
        /// A part of a body that the message before it announced; the caller knows its length.
        case body = 1
    }

    /// Something that has come.
    package enum Arrival: Sendable {
        /// A message on its own.
        case message([UInt8])
        /// The memory that was named for a body is full.
        case body
    }

    /// What is under way to other ranks.
    private struct Outgoing {
        var sends: [OutgoingPiece] = []
        /// Messages that wait for the port's thread.
        var waiting: [(memory: PortMemory, kind: Kind, rank: Int)] = []
        var isClosed = false
    }

    /// This process's number.
    package let rank: Int
    /// The number of processes.
    package let size: Int
    /// The thread that receives.
    package let thread: MPIThread
    private let communicator: Communicator
    private let sendsAnywhere: Bool
    private let outgoing = Mutex(Outgoing())
    /// Touched on the port's thread only.
    private let incoming: Mutex<IncomingPieces>

    /// Opens the port of this rank.
    ///
    /// Collective over the job; to be called on ``MPIThread/shared``, after MPI was started.
    ///
    /// - Parameter thread: Where messages are received: another thread than the shared one needs
    ///   ``ThreadSupport/multiple``.
    package init(on thread: MPIThread) throws(MPIError) {
        communicator = try Communicator.world().duplicate()
        rank = communicator.rank
        size = communicator.size
        self.thread = thread
        sendsAnywhere = MPIRuntime.shared.threadSupport == .multiple
        incoming = Mutex(IncomingPieces(size: communicator.size))
    }

    /// Sends a message to another rank, from any thread.
    ///
    /// Never waits.
    package func send(_ bytes: [UInt8], _ kind: Kind = .message, to destination: Int) {
        send(PortMemory(bytes), kind, to: destination)
    }

    /// Sends what lies in memory to another rank, from any thread.
    ///
    /// Never waits; the memory is kept until it has left.
    package func send(_ memory: PortMemory, _ kind: Kind, to destination: Int) {
        outgoing.withLock { outgoing in
            guard !outgoing.isClosed else { return }
            if sendsAnywhere || thread.isCurrent {
                // What other threads have queued before goes before.
                startWaiting(&outgoing)
                start(memory, kind, to: destination, &outgoing)
            } else {
                outgoing.waiting.append((memory, kind, destination))
            }
        }
        if !sendsAnywhere && !thread.isCurrent { thread.wake() }
    }

    /// Looks once at what has come and gone; on the port's thread.
    ///
    /// - Parameter body: Takes what has come and its rank, and returns the memory for the body that comes next from that
    ///   rank; `nil` where a message comes next.
    /// - Returns: Whether anything has moved.
    package func poll(_ body: (_ arrival: Arrival, _ rank: Int) -> PortMemory?) throws(MPIError) -> Bool {
        let hasSent = try advanceSends()
        let hasReceived = try incoming.withLock { incoming throws(MPIError) in
            try incoming.poll(communicator.handle, body)
        }
        return hasSent || hasReceived
    }

    /// Gives every rank what each of them says of itself, in rank order.
    ///
    /// Collective over the job, on ``MPIThread/shared``, before the first ``poll(_:)``.
    package func introduce(_ text: String) throws(MPIError) -> [String] {
        let bytes = try communicator.allGather(varying: Array(text.utf8))
        return bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether something is under way that may need this process to go on.
    package var isBusy: Bool { !isDrained || incoming.withLock { $0.isBusy } }

    /// Whether everything that was sent has left.
    package var isDrained: Bool { outgoing.withLock { $0.sends.isEmpty && $0.waiting.isEmpty } }

    /// Sends nothing from now on; what is under way stays so, and its memory with it.
    package func close() {
        outgoing.withLock { $0.isClosed = true }
    }

    private func advanceSends() throws(MPIError) -> Bool {
        try outgoing.withLock { outgoing throws(MPIError) in
            let count = outgoing.sends.count + outgoing.waiting.count
            guard count > 0, !outgoing.isClosed else { return false }
            let hadWaiting = !outgoing.waiting.isEmpty
            startWaiting(&outgoing)
            var failure: MPIError?
            outgoing.sends.removeAll { send in
                do throws(MPIError) {
                    return try send.isComplete()
                } catch {
                    failure = failure ?? error
                    return true
                }
            }
            if let failure { throw failure }
            return hadWaiting || outgoing.sends.count < count
        }
    }

    private func startWaiting(_ outgoing: inout Outgoing) {
        guard !outgoing.waiting.isEmpty else { return }
        for (memory, kind, rank) in outgoing.waiting { start(memory, kind, to: rank, &outgoing) }
        outgoing.waiting = []
    }

    private func start(_ memory: PortMemory, _ kind: Kind, to destination: Int, _ outgoing: inout Outgoing) {
        var offset = 0
        repeat {
            let count = min(memory.bytes.count - offset, Self.pieceByteCount)
            let piece = OutgoingPiece(memory, offset..<offset + count)
            piece.start(kind, to: destination, communicator.handle)
            // Small messages have left when the call returns.
            if (try? piece.isComplete()) != true { outgoing.sends.append(piece) }
            offset += count
        } while offset < memory.bytes.count
    }
}

/// One MPI message on its way out; keeps its bytes until it has left.
// Safe: touched under the port's lock only.
private final class OutgoingPiece: @unchecked Sendable {
    private let memory: PortMemory
    private let range: Range<Int>
    private var request: MPI_Request?
    private var failure: MPIError?

    init(_ memory: PortMemory, _ range: Range<Int>) {
        self.memory = memory
        self.range = range
    }

    func start(_ kind: MessagePort.Kind, to destination: Int, _ communicator: OpaquePointer) {
        // Safe: the memory is kept by this object until the request is complete; MPI only reads it.
        let code = CMPI_isend(
            memory.bytes.baseAddress.map { $0 + range.lowerBound }, Int64(range.count), Int32(destination),
            kind.rawValue, communicator, &request)
        do throws(MPIError) { try MPIError.check(code, "MPI_Isend") } catch { failure = error }
    }

    func isComplete() throws(MPIError) -> Bool {
        if let failure { throw failure }
        var isComplete = false
        try MPIError.check(CMPI_test(&request, &isComplete), "MPI_Test")
        return isComplete
    }
}
