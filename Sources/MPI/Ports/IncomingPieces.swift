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
    private final class Arrival: @unchecked Sendable {
        /// The whole message or body; MPI writes to its storage.
        var bytes: [UInt8]
        let kind: MessagePort.Kind
        private let memory: UnsafeMutableRawPointer?
        private var received = 0
        private var request: MPI_Request?

        init(byteCount: Int, kind: MessagePort.Kind, _ prepare: (UnsafeMutableRawBufferPointer) -> Void) {
            var start: UnsafeMutableRawPointer?
            bytes = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
                start = buffer.baseAddress.map { UnsafeMutableRawPointer($0) }
                prepare(UnsafeMutableRawBufferPointer(buffer))
                count = byteCount
            }
            // Safe: nobody else holds the array before it is handed on, and it is not changed, so its storage stays
            // where it is until then; nothing is received into it after.
            memory = byteCount == 0 ? nil : start
            self.kind = kind
        }

        /// Begins to receive a matched message behind what is there.
        func receive(_ found: CMPI_probed) throws(MPIError) {
            guard received + Int(found.byteCount) <= bytes.count else {
                throw MPIError(
                    .truncate, "a rank sent \(received + Int(found.byteCount)) bytes of a body of \(bytes.count)")
            }
            var message = found.message
            let target = memory.map { $0 + received }
            received += Int(found.byteCount)
            try MPIError.check(CMPI_imrecv(target, found.byteCount, &message, &request), "MPI_Imrecv")
        }

        /// Whether what was begun is there.
        func test() throws(MPIError) -> Bool {
            var isComplete = false
            try MPIError.check(CMPI_test(&request, &isComplete), "MPI_Test")
            return isComplete
        }

        var isWhole: Bool { received == bytes.count }
    }

    private var arrivals: [Arrival?]
    /// The length of the body that a rank announced and has not begun to send.
    private var announced: [Int]
    /// Ranks with something under way.
    private var busy: Set<Int> = []
    private let prepare: @Sendable (UnsafeMutableRawBufferPointer) -> Void

    init(size: Int, prepare: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void) {
        self.prepare = prepare
        arrivals = Array(repeating: nil, count: size)
        announced = Array(repeating: 0, count: size)
    }

    /// Whether something is under way.
    var isBusy: Bool { !busy.isEmpty }

    /// Looks once at every rank.
    mutating func poll(
        _ communicator: OpaquePointer, _ body: (_ bytes: [UInt8], _ kind: MessagePort.Kind, _ rank: Int) -> Int
    ) throws(MPIError) -> Bool {
        var hasMoved = false
        for rank in busy.sorted() { hasMoved = try advance(rank, body) || hasMoved }
        // A few at a time, so that nobody who sends without end keeps the others waiting.
        for _ in 0..<64 {
            guard let (found, rank) = try probe(communicator) else { break }
            hasMoved = true
            let kind = MessagePort.Kind(rawValue: found.tag) ?? .message
            let arrival =
                arrivals[rank]
                ?? Arrival(byteCount: kind == .body ? announced[rank] : Int(found.byteCount), kind: kind, prepare)
            arrivals[rank] = arrival
            busy.insert(rank)
            try arrival.receive(found)
            _ = try advance(rank, body)
        }
        return hasMoved
    }

    /// Hands a message on if it is there.
    private mutating func advance(
        _ rank: Int, _ body: (_ bytes: [UInt8], _ kind: MessagePort.Kind, _ rank: Int) -> Int
    ) throws(MPIError) -> Bool {
        guard let arrival = arrivals[rank], try arrival.test() else { return false }
        busy.remove(rank)
        // A long body goes on with the next message of the same rank.
        guard arrival.isWhole else { return true }
        arrivals[rank] = nil
        announced[rank] = body(arrival.bytes, arrival.kind, rank)
        return true
    }

    /// A message that has come from a rank that has nothing under way.
    private func probe(_ communicator: OpaquePointer) throws(MPIError) -> (CMPI_probed, Int)? {
        if busy.isEmpty { return try probe(-1, communicator) }
        for rank in arrivals.indices where !busy.contains(rank) {
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
