// SPDX-License-Identifier: Apache-2.0
// What is on its way in, rank by rank.

internal import CMPI

/// Receives the messages of a ``MessagePort``, each rank's in their order.
///
/// While a message of a rank is under way the next one of that rank is not looked for, so a body is known to be one, and
/// how long it is, before it is received.
struct IncomingPieces {
    /// A message under way.
    // Safe: the pieces live inside the port's lock.
    private final class Landing: @unchecked Sendable {
        /// What it is once it is there.
        let arrival: MessagePort.Arrival
        /// Where it comes to; MPI writes there.
        private let memory: PortMemory
        private var received = 0
        private var request: MPI_Request?

        /// A message of that many bytes.
        init(byteCount: Int) {
            let bytes = [UInt8](unsafeUninitializedCapacity: byteCount) { _, count in count = byteCount }
            // Safe: nobody else holds the array before it is handed on, and it is not changed, so its storage stays
            // where it is until then; nothing is received into it after.
            memory = PortMemory(bytes)
            arrival = .message(bytes)
        }

        /// A body.
        init(_ memory: PortMemory) {
            self.memory = memory
            arrival = .body
        }

        /// Begins to receive a matched message behind what is there.
        func receive(_ found: CMPI_probed) throws(MPIError) {
            let size = memory.bytes.count
            guard received + Int(found.byteCount) <= size else {
                throw MPIError(
                    .truncate, "a rank sent \(received + Int(found.byteCount)) bytes of a body of \(size)")
            }
            var message = found.message
            let target = memory.bytes.baseAddress.map { UnsafeMutableRawPointer(mutating: $0) + received }
            received += Int(found.byteCount)
            try MPIError.check(CMPI_imrecv(target, found.byteCount, &message, &request), "MPI_Imrecv")
        }

        /// Whether what was begun is there.
        func test() throws(MPIError) -> Bool {
            var isComplete = false
            try MPIError.check(CMPI_test(&request, &isComplete), "MPI_Test")
            return isComplete
        }

        var isWhole: Bool { received == memory.bytes.count }
    }

    private var landings: [Landing?]
    /// The memory for the body that a rank announced and has not begun to send.
    private var announced: [PortMemory?]
    /// Ranks with something under way.
    private var busy: Set<Int> = []

    init(size: Int) {
        landings = Array(repeating: nil, count: size)
        announced = Array(repeating: nil, count: size)
    }

    /// Whether something is under way.
    var isBusy: Bool { !busy.isEmpty || announced.contains { $0 != nil } }

    /// Looks once at every rank.
    mutating func poll(
        _ communicator: OpaquePointer, _ body: (_ arrival: MessagePort.Arrival, _ rank: Int) -> PortMemory?
    ) throws(MPIError) -> Bool {
        var hasMoved = false
        for rank in busy.sorted() { hasMoved = try advance(rank, body) || hasMoved }
        // A few at a time, so that nobody who sends without end keeps the others waiting.
        for _ in 0..<64 {
            guard let (found, rank) = try probe(communicator) else { break }
            hasMoved = true
            let landing: Landing
            if let current = landings[rank] { landing = current } else { landing = try self.landing(for: found, rank) }
            landings[rank] = landing
            busy.insert(rank)
            try landing.receive(found)
            _ = try advance(rank, body)
        }
        return hasMoved
    }

    /// Where a message that is no further piece of a body comes to.
    private mutating func landing(for found: CMPI_probed, _ rank: Int) throws(MPIError) -> Landing {
        guard found.tag == MessagePort.Kind.body.rawValue else { return Landing(byteCount: Int(found.byteCount)) }
        guard let memory = announced[rank] else {
            throw MPIError(.truncate, "rank \(rank) sent \(found.byteCount) bytes of a body that it did not announce")
        }
        announced[rank] = nil
        return Landing(memory)
    }

    /// Hands a message on if it is there.
    private mutating func advance(
        _ rank: Int, _ body: (_ arrival: MessagePort.Arrival, _ rank: Int) -> PortMemory?
    ) throws(MPIError) -> Bool {
        guard let landing = landings[rank], try landing.test() else { return false }
        busy.remove(rank)
        // A long body goes on with the next message of the same rank.
        guard landing.isWhole else { return true }
        landings[rank] = nil
        announced[rank] = body(landing.arrival, rank)
        return true
    }

    /// A message that has come from a rank that has nothing under way.
    private func probe(_ communicator: OpaquePointer) throws(MPIError) -> (CMPI_probed, Int)? {
        if busy.isEmpty { return try probe(-1, communicator) }
        for rank in landings.indices where !busy.contains(rank) {
            if let found = try probe(rank, communicator) { return found }
        }
        return nil
    }

    private func probe(_ source: Int, _ communicator: OpaquePointer) throws(MPIError) -> (CMPI_probed, Int)? {
        var found = CMPI_probed()
        var isFound = false
        try MPIError.check(CMPI_improbe(Int32(source), -1, communicator, &isFound, &found), "MPI_Improbe")
        return isFound ? (found, Int(found.source)) : nil
    }
}
