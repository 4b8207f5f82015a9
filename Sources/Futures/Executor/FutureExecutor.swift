// SPDX-License-Identifier: Apache-2.0
// What every executor is.

/// Something that runs tasks and answers with futures: this process, a pool of workers, or a decorator around either.
///
/// An actor conforms with one method; `map`, closures, collective tasks and solver calls are built on it. A decorator
/// forwards task and options as they are, and so passes on what it knows nothing about:
///
/// ```swift
/// actor Recorder: FutureExecutor {
///     let base: any FutureExecutor
///     var names: [String] = []
///     init(around base: any FutureExecutor) { self.base = base }
///     func submit<Task: RemoteTask>(_ task: Task, options: TaskOptions) async -> Future<Task.Output> {
///         names.append(options.name ?? "\(Task.self)")
///         return await base.submit(task, options: options)
///     }
/// }
/// ```
public protocol FutureExecutor: Sendable {
    /// Hands a task over and returns its future.
    ///
    /// Suspends while the executor has as much queued as it is willing to hold (back-pressure). Never throws: a
    /// refusal, a shutdown or an encoding error is the error of the future.
    func submit<Task: RemoteTask>(_ task: Task, options: TaskOptions) async -> Future<Task.Output>

    /// How many tasks run at the same time when there is enough to do; `map` keeps a multiple of it in flight.
    ///
    /// A hint: the default is the number of processors of this machine.
    var concurrency: Int { get async }
}

extension FutureExecutor {
    /// The number of processors of this machine.
    public var concurrency: Int {
        get async { ProcessorCount.online }
    }

    /// Hands a task over with the default options.
    public func submit<Task: RemoteTask>(_ task: Task) async -> Future<Task.Output> {
        await submit(task, options: TaskOptions())
    }
}
