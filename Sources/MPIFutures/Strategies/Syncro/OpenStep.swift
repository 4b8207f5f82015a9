// SPDX-License-Identifier: Apache-2.0
// A step that waits for its outcome, and its future.

import Futures

/// A step of this rank's program that has no outcome yet.
struct OpenStep: Sendable {
    /// The step in words.
    var label: String
    /// The time from submission after which the owner ends the step.
    var deadline: Duration?
    /// The ranks of the gang; empty for an ordinary task.
    var members: [Int]
    /// What this rank runs, where it takes part.
    var order: LockstepOrder?
    /// Ends the future with what came from the owner.
    var end: @Sendable (StepOutcome) -> Void
    /// Ends the future with an error of the machinery.
    var fail: @Sendable (ExecutorError) -> Void
    /// Passes a progress report to the future.
    var report: @Sendable (TaskProgress) -> Void
}

extension StepOutcome {
    /// The outcome of a task that threw.
    init(_ error: any Error, rank: Int, host: String?) {
        do {
            self = .error(try BinaryEncoder().encode(ErrorPayload(error, worker: rank, host: host)))
        } catch {
            // An error payload is text and bytes, so this is not reached; an empty body is read as such below.
            self = .error([])
        }
    }

    /// The outcome of a task that ran on a rank.
    init(_ result: Result<EncodedPayload, any Error>, rank: Int, host: String?) {
        switch result {
        case .success(let value): self = .value(value)
        case .failure(let error): self.init(error, rank: rank, host: host)
        }
    }

    /// The bytes that travel.
    var byteCount: Int {
        switch self {
        case .value(let value): value.byteCount
        case .error(let bytes): bytes.count
        }
    }

    /// The value as `decode` reads it, or the error, of the type that was thrown where that can travel.
    func result<Value>(_ decode: (EncodedPayload) throws -> Value) -> Result<Value, any Error> {
        switch self {
        case .value(let value): return Result { try decode(value) }
        case .error(let bytes):
            do {
                return .failure(try BinaryDecoder().decode(ErrorPayload.self, from: bytes).error)
            } catch {
                return .failure(
                    ExecutorError(.decodingFailed, "the error of another rank could not be read", cause: error))
            }
        }
    }
}
