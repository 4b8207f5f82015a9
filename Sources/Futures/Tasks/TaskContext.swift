// SPDX-License-Identifier: Apache-2.0
// What a running task can know about itself.

public import Logging

/// The surroundings of the task that is running; `nil` outside of one.
///
/// Task-local: child tasks see it too. Things that only some executors have (the communicator of a gang) are attached
/// by their own library.
public struct TaskContext: Sendable {
    /// The context of the running task, `nil` elsewhere.
    @TaskLocal public static var current: TaskContext?

    /// The submission's name, `TaskOptions.name`; empty where it has none.
    public let name: String
    /// The submission's number on its executor, from 0.
    public let submission: UInt64
    /// The worker that runs the task, from 0; the slot of a local executor.
    public let worker: Int
    /// This member's rank in the gang; 0 for an ordinary task.
    public let rank: Int
    /// The size of the gang; 1 for an ordinary task.
    public let ranks: Int
    /// A logger that carries the worker and the submission as metadata.
    public var logger: Logger {
        var logger = Logger(label: "futures.task")
        logger[metadataKey: "worker"] = "\(worker)"
        logger[metadataKey: "submission"] = "\(submission)"
        return logger
    }

    package let stream: UInt64
    package let item: UInt64
    package let seed: UInt64
    package let attachment: (any Sendable)?
    package let progressSink: (@Sendable (TaskProgress) -> Void)?
    /// Told which item of a chunk begins, so that a crash can be put down to it.
    package let itemSink: (@Sendable (Int) -> Void)?

    package init(
        name: String,
        submission: UInt64,
        worker: Int,
        rank: Int = 0,
        ranks: Int = 1,
        stream: UInt64,
        item: UInt64 = 0,
        seed: UInt64,
        attachment: (any Sendable)? = nil,
        progressSink: (@Sendable (TaskProgress) -> Void)? = nil,
        itemSink: (@Sendable (Int) -> Void)? = nil
    ) {
        self.name = name
        self.submission = submission
        self.worker = worker
        self.rank = rank
        self.ranks = ranks
        self.stream = stream
        self.item = item
        self.seed = seed
        self.attachment = attachment
        self.progressSink = progressSink
        self.itemSink = itemSink
    }

    /// Tells the submitter how far the task is; it arrives in `Future.progress`.
    ///
    /// - Parameters:
    ///   - fraction: The part that is done, between 0 and 1.
    ///   - message: What is being done.
    public func report(progress fraction: Double, _ message: String = "") {
        progressSink?(TaskProgress(fraction: fraction, message: message))
    }

    /// The random numbers of this task, from the start at each call.
    ///
    /// They depend on the executor's seed, the submission's number and the item's index only: a retry repeats them,
    /// and they are the same on every strategy, for any number of workers and any chunking.
    public var random: RandomStream {
        RandomStream(seed: seed, stream: stream, item: item)
    }

    /// The context of one item of a chunk.
    package func forItem(_ index: UInt64) -> TaskContext {
        TaskContext(
            name: name, submission: submission, worker: worker, rank: rank, ranks: ranks, stream: stream,
            item: index, seed: seed, attachment: attachment, progressSink: progressSink, itemSink: itemSink)
    }
}
