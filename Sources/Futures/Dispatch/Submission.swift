// SPDX-License-Identifier: Apache-2.0
// One submission on its way: what is sent, and what happens with the answer.

/// What a worker is given to run.
package enum SubmissionBody: Sendable {
    /// A task in the form in which it crosses to another process.
    case encoded(TaskPayload)
    /// A task that stays in this process.
    case local(@Sendable () async throws -> any Sendable)

    /// The bytes that wait in this process.
    var byteCount: Int {
        switch self {
        case .encoded(let payload): payload.value.byteCount
        case .local: 0
        }
    }
}

/// What a worker answers.
package enum TaskOutcome: Sendable {
    /// The output, still encoded.
    case encoded(EncodedPayload)
    /// The output of a task that stayed in this process.
    case local(any Sendable)
    /// What the task threw.
    case failure(any Error)
}

/// What a worker must know of a submission besides the task.
package struct SubmissionHeader: Sendable, Hashable {
    /// `TaskOptions.name`, empty where there is none.
    package var name: String
    package var number: UInt64
    package var stream: UInt64
    package var seed: UInt64
    /// The executor that it belongs to.
    package var client: UInt32

    package init(name: String, number: UInt64, stream: UInt64, seed: UInt64, client: UInt32 = 0) {
        self.name = name
        self.number = number
        self.stream = stream
        self.seed = seed
        self.client = client
    }
}

/// A submission: one instance from `submit` to the end of its future.
///
/// The typed end is in the subclass, so that the scheduler's side handles all submissions alike.
package class Submission: @unchecked Sendable {
    // Safe: every property is immutable, here and in the one subclass.
    package let client: DispatchClient
    package let header: SubmissionHeader
    package let body: SubmissionBody
    package let deadline: Duration?

    init(client: DispatchClient, header: SubmissionHeader, body: SubmissionBody, deadline: Duration?) {
        self.client = client
        self.header = header
        self.body = body
        self.deadline = deadline
    }

    /// A name for messages.
    package var name: String { header.name }

    func start() {}
    func report(_ progress: TaskProgress) {}
    func end(_ outcome: TaskOutcome) {}
}

/// The submission of a task of one type, and its future.
final class TypedSubmission<Work: RemoteTask>: Submission, @unchecked Sendable {
    private let storage: FutureStorage<Work.Output>

    init(
        client: DispatchClient, header: SubmissionHeader, body: SubmissionBody, deadline: Duration?,
        storage: FutureStorage<Work.Output>
    ) {
        self.storage = storage
        super.init(client: client, header: header, body: body, deadline: deadline)
    }

    deinit {
        // Every way out ends the future; should one not, nobody waits for ever.
        guard !storage.current.isEnd else { return }
        _ = storage.end(.failure(ExecutorError(.shutDown, "the executor is gone, and \(name) with it")))
    }

    override var name: String { header.name.isEmpty ? "\(Work.self)" : header.name }

    override func start() { storage.start() }

    override func report(_ progress: TaskProgress) { storage.report(progress) }

    override func end(_ outcome: TaskOutcome) {
        switch outcome {
        case .failure(let error):
            _ = storage.end(.failure(error))
        case .local(let value):
            guard let value = value as? Work.Output else {
                let error = ExecutorError(.protocolViolation, "a task of another output type answered for \(name)")
                _ = storage.end(.failure(error))
                return
            }
            _ = storage.end(.success(value))
        case .encoded(let value) where value.bytes.count > 1 << 18 || !value.attachments.isEmpty:
            // Large outputs are decoded off the transport's thread, which has other workers to serve.
            Task { self.decode(value) }
        case .encoded(let value):
            decode(value)
        }
    }

    private func decode(_ value: EncodedPayload) {
        do {
            _ = storage.end(.success(try TaskPayload.output(of: Work.self, from: value)))
        } catch {
            _ = storage.end(.failure(error))
        }
    }
}
