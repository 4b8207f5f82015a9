// SPDX-License-Identifier: Apache-2.0
// One operation under way: its place for error messages, and the loop that drives it.

internal import CMPI
internal import Glibc

/// What a look at an operation found.
enum Progress {
    /// Nothing has changed since the last look.
    case none
    /// Something has moved, and there is more to come.
    case some
    /// All is done.
    case complete
}

/// An operation on a communicator: knows where it is, and waits for its requests without blocking in MPI.
struct Operation {
    /// The operation's name, as the caller knows it.
    let name: StaticString
    /// The communicator that it works on.
    let communicator: Communicator
    /// What ends it early.
    let abandonment: Abandonment
    /// The other rank, or the root.
    let peer: Int?
    /// The tag of a message.
    let tag: Int?

    /// Begins an operation: checks thread, communicator and cancellation.
    ///
    /// - Parameters:
    ///   - name: the operation's name, as the caller knows it.
    ///   - communicator: the communicator that it works on.
    ///   - peer: the other rank, or the root.
    ///   - tag: the tag of a message.
    ///   - abandonment: what ends it early, where that is not the communicator's own.
    ///   - thread: the thread that it must run on, where that is not the communicator's own.
    /// - Throws: ``MPIError/Code/wrongThread``, ``MPIError/Code/closed``, ``MPIError/Code/abandoned`` or
    ///   ``MPIError/Code/cancelled``.
    init(
        _ name: StaticString, on communicator: Communicator, peer: Int? = nil, tag: Int? = nil,
        abandonment: Abandonment? = nil, thread: MPIThread? = nil
    ) throws(MPIError) {
        self.name = name
        self.communicator = communicator
        self.abandonment = abandonment ?? communicator.abandonment
        self.peer = peer
        self.tag = tag
        try (thread ?? communicator.thread).requireCurrent(
            name, communicator: communicator.name, rank: communicator.rank)
        guard !communicator.isClosed, MPIRuntime.shared.phase == .initialized else {
            throw error(.closed, "the communicator was closed, or MPI was finalised: it cannot be used any more")
        }
        try requireLife()
    }

    /// An error that names this operation's place.
    func error(_ code: MPIError.Code, _ message: String, libraryText: String? = nil) -> MPIError {
        MPIError(
            code, message, operation: name.description, communicator: communicator.name, rank: communicator.rank,
            peer: peer, tag: tag, libraryText: libraryText)
    }

    /// Throws where an MPI call of this operation returned an error.
    func check(_ code: Int32) throws(MPIError) {
        guard code != MPI_SUCCESS else { return }
        let text = MPIError.text(of: code)
        throw error(MPIError.errorClass(of: code), "the MPI library reported an error", libraryText: text)
    }

    /// Throws unless `rank` is a rank of the communicator.
    func requireRank(_ rank: Int, _ role: StaticString) throws(MPIError) {
        guard rank < 0 || rank >= communicator.size else { return }
        throw error(
            .invalidArgument, "\(role) is \(rank), but the communicator has the ranks 0 to \(communicator.size - 1)")
    }

    /// Polls until the operation is complete; leaves early when the gang is over or the Swift task is cancelled.
    ///
    /// - Parameters:
    ///   - byteCount: the size of the blocks that move; the loop is patient in proportion before it sleeps between
    ///     polls.
    ///   - poll: looks once, without waiting.
    /// - Throws: what `poll` throws; ``MPIError/Code/abandoned`` and ``MPIError/Code/cancelled`` within a millisecond.
    func wait(byteCount: Int, _ poll: () throws(MPIError) -> Progress) throws(MPIError) {
        var start: Int?
        var backoff = Backoff(byteCount: byteCount, isCrowded: HostProcessors.areCrowded)
        while true {
            let progress = try poll()
            if progress == .complete { return }
            try requireLife()
            guard progress == .none, let start else {
                // The first look, or a block that moved: the patience begins anew.
                start = timespec.monotonicNanoseconds
                backoff = Backoff(byteCount: byteCount, isCrowded: HostProcessors.areCrowded)
                continue
            }
            switch backoff.pause(elapsed: timespec.monotonicNanoseconds - start) {
            case .none: continue
            case .yield:
                communicator.thread.pollWhileWaiting()
                sched_yield()
            case .sleep(let nanoseconds):
                communicator.thread.pollWhileWaiting()
                var time = timespec(tv_sec: 0, tv_nsec: nanoseconds)
                // A signal may cut the sleep short: the next poll then comes a little early.
                nanosleep(&time, nil)
            }
        }
    }

    /// Throws when the gang is over or the Swift task is cancelled, which ends the gang for this rank.
    private func requireLife() throws(MPIError) {
        if abandonment.isRaised {
            let reason = abandonment.reason ?? "no reason was given"
            throw error(.abandoned, "the communicator was abandoned and cannot be used any more: \(reason)")
        }
        if Task.isCancelled {
            abandonment.raise(because: "the task was cancelled on rank \(communicator.rank) in \(name)")
            throw error(
                .cancelled,
                "the task was cancelled; what this rank began cannot be taken back, so the communicator is abandoned")
        }
    }
}
