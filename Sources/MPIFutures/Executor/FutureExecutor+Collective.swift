// SPDX-License-Identifier: Apache-2.0
// Collective tasks.

public import Futures
public import MPI

extension TaskContext {
    /// The communicator of the gang that runs this task; `nil` in an ordinary task.
    public var communicator: Communicator? { attachment as? Communicator }
}

/// A closure, an input and the communicator of whoever runs it together.
struct CollectiveClosureTask<Input: Codable & Sendable, Output: Codable & Sendable>: RemoteTask {
    /// The function type of the closure.
    struct Body: ClosureBody {
        let call: @Sendable @concurrent (Input, Communicator) async throws -> Output
    }

    let closure: ShippedClosure<Body>
    let input: Input

    @concurrent func run() async throws -> Output {
        guard let communicator = TaskContext.current?.communicator else {
            throw ExecutorError(
                .rankMismatch,
                "a collective task runs on a gang of MPI workers, and this executor has none: submit it to an MPIExecutor"
            )
        }
        return try await closure.body.call(input, communicator)
    }
}

extension FutureExecutor {
    /// Runs a closure on a gang of workers that have a communicator of their own.
    ///
    /// Every member calls the closure with the same input; the future's value is what rank 0 returns. An error that
    /// any rank throws is the future's error, and the others leave their communication; the workers serve on.
    ///
    /// The closure runs on the MPI thread, where the communicator's operations may be called. It must capture nothing.
    ///
    /// - Parameters:
    ///   - input: What the closure is called with.
    ///   - ranks: The size of the gang, at most the number of workers.
    ///   - options: Priority, retries, deadline, name.
    ///   - fileID: Where the closure is written; whoever passes a closure on passes this on too.
    ///   - body: The work. Collective over the communicator.
    public func submit<Input: Codable & Sendable, Output: Codable & Sendable>(
        _ input: Input, ranks: Int, options: TaskOptions = TaskOptions(), fileID: String = #fileID,
        _ body: @escaping @Sendable @concurrent (Input, Communicator) async throws -> Output
    ) async -> Future<Output> {
        do {
            let closure = try ShippedClosure(
                CollectiveClosureTask<Input, Output>.Body(call: body), fileID: fileID)
            var options = options.from(fileID)
            options.ranks = .gang(ranks)
            return await submit(CollectiveClosureTask(closure: closure, input: input), options: options)
        } catch {
            return Future(error: error)
        }
    }
}
