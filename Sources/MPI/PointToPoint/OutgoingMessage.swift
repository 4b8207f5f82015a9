// SPDX-License-Identifier: Apache-2.0
// A message on its way out, block by block.

internal import CMPI
internal import Synchronization

/// Sends bytes as a series of MPI messages: full blocks, and a last one that is shorter than a block, maybe empty.
///
/// The receiver knows the end by the short block, so it need not know the length beforehand. Messages from one rank
/// with one tag arrive in the order in which they were sent (MPI 3.1 §3.5), and a rank sends one at a time.
struct OutgoingMessage {
    private let bytes: UnsafeRawBufferPointer
    private let destination: Int
    private let tag: Int
    private let staging: Staging
    private var offset = 0
    private var isLastUnderWay = false

    /// Prepares a message; the bytes must stay valid while it is advanced.
    init(_ bytes: UnsafeRawBufferPointer, to destination: Int, tag: Int, blockByteCount: Int) {
        self.bytes = bytes
        self.destination = destination
        self.tag = tag
        staging = Staging(sendByteCount: min(bytes.count, blockByteCount))
    }

    /// Does what can be done without waiting.
    mutating func advance(_ operation: Operation) throws(MPIError) -> Progress {
        var progress = Progress.none
        while try staging.test(operation) {
            if isLastUnderWay { return .complete }
            try startNextBlock(operation)
            progress = .some
        }
        return progress
    }

    private mutating func startNextBlock(_ operation: Operation) throws(MPIError) {
        let communicator = operation.communicator
        let count = min(bytes.count - offset, communicator.blockByteCount)
        staging.send.copy(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count]), at: 0)
        offset += count
        isLastUnderWay = count < communicator.blockByteCount
        try staging.start(operation) { request in
            CMPI_isend(
                staging.send.baseAddress, Int64(count), Int32(destination), Int32(tag), communicator.handle, &request)
        }
        communicator.messageBalance.add(1, ordering: .relaxed)
    }
}
