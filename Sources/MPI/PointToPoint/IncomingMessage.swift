// SPDX-License-Identifier: Apache-2.0
// A message on its way in, block by block.

internal import CMPI
internal import Synchronization

/// Receives what ``OutgoingMessage`` sends.
///
/// Nothing is posted before a message is there (matched probe, MPI 3.1 §3.8.2), so a receive that is given up while
/// it waits leaves no request behind, and a buffer is made when the length of the block is known.
struct IncomingMessage {
    private let sink: MessageSink
    private var staging = Staging()
    private var probed = CMPI_probed()
    private var source: Int
    private var tag: Int
    private var isReceiving = false

    /// Prepares to receive; `nil` accepts any source or any tag.
    init(into sink: MessageSink, from source: Int?, tag: Int?) {
        self.sink = sink
        self.source = source ?? -1
        self.tag = tag ?? -1
    }

    /// The rank that sent it, and its tag; meaningful when all is done.
    var envelope: (source: Int, tag: Int) { (source, tag) }

    /// Does what can be done without waiting.
    mutating func advance(_ operation: Operation) throws(MPIError) -> Progress {
        var progress = Progress.none
        while true {
            if !isReceiving {
                guard try probe(operation) else { return progress }
                progress = .some
            }
            guard try staging.test(operation) else { return progress }
            isReceiving = false
            let count = Int(probed.byteCount)
            operation.communicator.messageBalance.subtract(1, ordering: .relaxed)
            sink.append(UnsafeRawBufferPointer(rebasing: staging.receive[..<count]))
            if count < operation.communicator.blockByteCount { return .complete }
        }
    }

    private mutating func probe(_ operation: Operation) throws(MPIError) -> Bool {
        var isFound = false
        try operation.check(
            CMPI_improbe(Int32(source), Int32(tag), operation.communicator.handle, &isFound, &probed))
        guard isFound else { return false }
        // The blocks that follow come from the same rank, with the same tag.
        source = Int(probed.source)
        tag = Int(probed.tag)
        let count = probed.byteCount
        if staging.receive.count < Int(count) { staging = Staging(receiveByteCount: Int(count)) }
        let staging = staging
        var message = probed.message
        try staging.start(operation) { request in
            CMPI_imrecv(staging.receive.baseAddress, count, &message, &request)
        }
        isReceiving = true
        return true
    }
}
