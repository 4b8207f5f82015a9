// SPDX-License-Identifier: Apache-2.0
// Where the frames of one process go.

/// The way from a worker to its pool, whatever carries it.
protocol FrameLink: Sendable {
    /// Queues a frame; it leaves with the next flush. From any thread, never blocks.
    func enqueue(_ frame: Frame)
    /// Sends what is queued. From any thread, never blocks.
    func flush()
}

extension FrameLink {
    /// Queues a frame and sends it.
    func send(_ frame: Frame) {
        enqueue(frame)
        flush()
    }
}

extension SocketConnection: FrameLink {}

/// The way to one rank of a job.
struct RankLink: FrameLink {
    let transport: any RankTransport
    /// The receiver.
    let rank: Int

    func enqueue(_ frame: Frame) { transport.enqueue(frame, to: rank) }

    func flush() { transport.flush() }
}
