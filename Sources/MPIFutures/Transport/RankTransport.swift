// SPDX-License-Identifier: Apache-2.0
// Frames between the ranks of an MPI job.

/// Carries frames between the ranks of a job, in order for each pair of ranks.
///
/// Sending never blocks and copies no body; a frame to the own rank is an error of the caller.
protocol RankTransport: Sendable {
    /// The number of this process.
    var rank: Int { get }
    /// The number of processes.
    var size: Int { get }

    /// Queues a frame for a rank, from any thread; what was queued leaves with ``flush()``.
    func enqueue(_ frame: Frame, to rank: Int)

    /// Sends what was queued, from any thread.
    func flush()
}

/// Gets the frames that come in over a ``RankTransport``.
protocol RankReceiver: AnyObject, Sendable {
    /// Frames of one rank in their order; called on the transport's thread, which must not be held up.
    func received(_ frames: [Frame], from rank: Int)

    /// The transport can't go on; nothing more will come.
    func failed(_ error: any Error)
}
