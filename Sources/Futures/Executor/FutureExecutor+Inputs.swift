// SPDX-License-Identifier: Apache-2.0
// Work on inputs that are futures themselves.

extension FutureExecutor {
    /// Runs a closure on the value of a future, when that is there.
    ///
    /// An error or a cancellation of the input is the new future's. Cancelling the new future leaves the input alone.
    /// The task's random numbers follow from the input's submission, not from the moment.
    ///
    /// Returns at once; where every process runs the program (strategy `syncro`) it waits for the input, because
    /// submissions have one order there.
    public func submit<Input: Codable & Sendable, Output: Codable & Sendable>(
        _ input: Future<Input>, options: TaskOptions = TaskOptions(), fileID: String = #fileID,
        _ body: @escaping @Sendable @concurrent (Input) async throws -> Output
    ) async -> Future<Output> {
        do {
            let closure = try ShippedClosure(ClosureTask<Input, Output>.Body(call: body), fileID: fileID)
            return await submit(input, closure.reference, item: 0, options) { ClosureTask($0, closure: closure) }
        } catch {
            return Future(error: error)
        }
    }

    /// Runs a closure on the values of futures and delivers the outputs in the order of the inputs.
    ///
    /// Each item is submitted by itself when its input is there; a bounded number waits. An error of an input is its
    /// item's error. Leaving the loop cancels the items in flight, not the inputs.
    public func map<Inputs: Sequence, Input: Codable & Sendable, Output: Codable & Sendable>(
        _ inputs: Inputs, options: TaskOptions = TaskOptions(), fileID: String = #fileID,
        _ body: @escaping @Sendable @concurrent (Input) async throws -> Output
    ) -> MapSequence<Inputs, Output> where Inputs.Element == Future<Input> {
        MapSequence(executor: self) { try futureDriver(inputs, options, fileID, body) }
    }

    /// Runs a closure on the values of futures and delivers the outputs as they are ready.
    ///
    /// Otherwise like ``map(_:options:fileID:_:)``.
    public func mapUnordered<Inputs: Sequence, Input: Codable & Sendable, Output: Codable & Sendable>(
        _ inputs: Inputs, options: TaskOptions = TaskOptions(), fileID: String = #fileID,
        _ body: @escaping @Sendable @concurrent (Input) async throws -> Output
    ) -> UnorderedMapSequence<Inputs, Output> where Inputs.Element == Future<Input> {
        UnorderedMapSequence(executor: self) { try futureDriver(inputs, options, fileID, body) }
    }

    private func futureDriver<Inputs: Sequence, Input: Codable & Sendable, Output: Codable & Sendable>(
        _ inputs: Inputs, _ options: TaskOptions, _ fileID: String,
        _ body: @escaping @Sendable @concurrent (Input) async throws -> Output
    ) throws -> MapDriver<Inputs, Output> where Inputs.Element == Future<Input> {
        let closure = try ShippedClosure(ClosureTask<Input, Output>.Body(call: body), fileID: fileID)
        return MapDriver(inputs, options: options, chunk: 1, sharesStream: false) { inputs, first, budget, options in
            // Chunks of one, so that no item waits for another's input.
            guard let input = inputs.first else { return Future(value: ChunkOutput()) }
            return await submit(input, closure.reference, item: first, options) {
                ClosureChunk(closure: closure, inputs: [$0], first: first, budget: budget)
            }
        }
    }

    private func submit<Input: Sendable, Work: RemoteTask>(
        _ input: Future<Input>, _ code: CodeReference, item: UInt64, _ options: TaskOptions,
        _ makeTask: @escaping @Sendable (Input) -> Work
    ) async -> Future<Work.Output> {
        var options = options
        options.stream =
            options.stream ?? SubmissionStream.mixed([input.storage.submission, code.offset, item])
        guard input.storage.arbiter == nil else {
            switch await input.result {
            case .success(let value): return await submit(makeTask(value), options: options)
            case .failure(let error): return Future(error: error)
            }
        }
        return input.shielded.flatMap { [options] in await submit(makeTask($0), options: options) }
    }
}
