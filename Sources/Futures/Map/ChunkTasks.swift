// SPDX-License-Identifier: Apache-2.0
// The tasks that a map submits.

/// Several inputs for one closure.
struct ClosureChunk<Input: Codable & Sendable, Output: Codable & Sendable>: RemoteTask {
    let closure: ShippedClosure<ClosureTask<Input, Output>.Body>
    let inputs: [Input]
    let first: UInt64
    let budget: Double

    @concurrent func run() async throws -> ChunkOutput<Output> {
        try await ChunkOutput.run(count: inputs.count, first: first, budget: budget) { index in
            try await closure.body.call(inputs[index])
        }
    }
}

/// Several tasks of one type.
struct TaskChunk<Work: RemoteTask>: RemoteTask {
    let tasks: [Work]
    let first: UInt64
    let budget: Double

    @concurrent func run() async throws -> ChunkOutput<Work.Output> {
        try await ChunkOutput.run(count: tasks.count, first: first, budget: budget) { index in
            try await tasks[index].run()
        }
    }
}
