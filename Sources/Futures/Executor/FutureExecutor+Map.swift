// SPDX-License-Identifier: Apache-2.0
// One closure or task over many inputs.

extension FutureExecutor {
    /// Runs a closure on every input and delivers the outputs in input order.
    ///
    /// Small items travel together: chunks are sized by measurement so that each takes a few milliseconds, and an item
    /// that fails costs no other its result.
    ///
    /// - Parameters:
    ///   - inputs: What the closure is called with, taken as needed; may be infinite.
    ///   - options: Options of every submission that this map makes.
    ///   - chunk: Items per submission; found by measurement where `nil`. At least 1.
    ///   - fileID: Where the closure is written; whoever passes a closure on passes this on too.
    ///   - body: The work; it must capture nothing.
    public func map<Inputs: Sequence, Output: Codable & Sendable>(
        _ inputs: Inputs, options: TaskOptions = TaskOptions(), chunk: Int? = nil, fileID: String = #fileID,
        _ body: @escaping @Sendable @concurrent (Inputs.Element) async throws -> Output
    ) -> MapSequence<Inputs, Output> where Inputs.Element: Codable & Sendable {
        MapSequence(executor: self) {
            try closureDriver(inputs, options, chunk, fileID, body)
        }
    }

    /// Runs a closure on every input and delivers the outputs as they are ready.
    ///
    /// The parameters are those of ``map(_:options:chunk:fileID:_:)``.
    public func mapUnordered<Inputs: Sequence, Output: Codable & Sendable>(
        _ inputs: Inputs, options: TaskOptions = TaskOptions(), chunk: Int? = nil, fileID: String = #fileID,
        _ body: @escaping @Sendable @concurrent (Inputs.Element) async throws -> Output
    ) -> UnorderedMapSequence<Inputs, Output> where Inputs.Element: Codable & Sendable {
        UnorderedMapSequence(executor: self) {
            try closureDriver(inputs, options, chunk, fileID, body)
        }
    }

    /// Runs tasks of one type and delivers their outputs in order.
    public func map<Tasks: Sequence>(
        _ tasks: Tasks, options: TaskOptions = TaskOptions(), chunk: Int? = nil
    ) -> MapSequence<Tasks, Tasks.Element.Output> where Tasks.Element: RemoteTask {
        MapSequence(executor: self) { try taskDriver(tasks, options, chunk) }
    }

    /// Runs tasks of one type and delivers their outputs as they are ready.
    public func mapUnordered<Tasks: Sequence>(
        _ tasks: Tasks, options: TaskOptions = TaskOptions(), chunk: Int? = nil
    ) -> UnorderedMapSequence<Tasks, Tasks.Element.Output> where Tasks.Element: RemoteTask {
        UnorderedMapSequence(executor: self) { try taskDriver(tasks, options, chunk) }
    }

    private func closureDriver<Inputs: Sequence, Output: Codable & Sendable>(
        _ inputs: Inputs, _ options: TaskOptions, _ chunk: Int?, _ fileID: String,
        _ body: @escaping @Sendable @concurrent (Inputs.Element) async throws -> Output
    ) throws -> MapDriver<Inputs, Output> where Inputs.Element: Codable & Sendable {
        try checkChunk(chunk)
        let closure = try ShippedClosure(ClosureTask<Inputs.Element, Output>.Body(call: body), fileID: fileID)
        return MapDriver(inputs, options: options.from(fileID), chunk: chunk) { inputs, first, budget, options in
            await submit(
                ClosureChunk(closure: closure, inputs: inputs, first: first, budget: budget), options: options)
        }
    }

    private func taskDriver<Tasks: Sequence>(
        _ tasks: Tasks, _ options: TaskOptions, _ chunk: Int?
    ) throws -> MapDriver<Tasks, Tasks.Element.Output> where Tasks.Element: RemoteTask {
        try checkChunk(chunk)
        return MapDriver(tasks, options: options, chunk: chunk) { tasks, first, budget, options in
            await submit(TaskChunk(tasks: tasks, first: first, budget: budget), options: options)
        }
    }

    /// Refuses a chunk of no items.
    func checkChunk(_ chunk: Int?) throws(ExecutorError) {
        guard let chunk, chunk < 1 else { return }
        throw ExecutorError(
            .invalidArgument, "chunk is \(chunk): pass 1 or more, or nil to have the size found by measurement")
    }
}
