// SPDX-License-Identifier: Apache-2.0
// What a submission asks for beyond the task itself.

/// The options of one submission.
public struct TaskOptions: Sendable, Hashable {
    /// How many ranks run the task together.
    public enum Ranks: Sendable, Hashable {
        /// An ordinary task on one worker.
        case one
        /// A collective task on a gang of this many workers with a communicator of their own.
        case gang(Int)
        /// A collective task on every worker that the executor has; 1 on an executor without workers.
        case all
    }

    /// A name for logs and errors; the task's type where it is `nil`.
    public var name: String?
    /// Tasks of a higher priority start first; equal ones in the order of their submission.
    public var priority: Int
    /// How often the task is started again after its worker was lost.
    ///
    /// An error that the task throws is never retried.
    public var retries: Int
    /// The time from submission after which the future fails with ``ExecutorError/Code/deadlineExceeded``.
    public var deadline: Duration?
    /// The gang's size.
    public var ranks: Ranks
    /// Whether a cancelled wait for the future cancels the work too.
    public var cancelsWithWaiter: Bool
    /// The random stream of the submission where it is not its own number: the items of one `map` share one.
    package var stream: UInt64?
    /// The file that submits, as `#fileID` has it, where that is known.
    package var origin: String?

    /// Makes options; the defaults are those of an ordinary task.
    public init(
        name: String? = nil,
        priority: Int = 0,
        retries: Int = 0,
        deadline: Duration? = nil,
        ranks: Ranks = .one,
        cancelsWithWaiter: Bool = false
    ) {
        self.name = name
        self.priority = priority
        self.retries = retries
        self.deadline = deadline
        self.ranks = ranks
        self.cancelsWithWaiter = cancelsWithWaiter
    }

    /// The same options for a submission from a file.
    package func from(_ fileID: String) -> TaskOptions {
        var options = self
        options.origin = fileID
        return options
    }
}
