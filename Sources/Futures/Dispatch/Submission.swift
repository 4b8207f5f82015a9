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
        case .encoded(let payload): payload.bytes.count
        case .local: 0
        }
    }
}

/// What a worker answers.
package enum TaskOutcome: Sendable {
    /// The output, still encoded.
    case encoded([UInt8])
    /// The output of a task that stayed in this process.
    case local(any Sendable)
    /// What the task threw.
    case failure(any Error)
}

/// What a worker must know of a submission besides the task.
package struct SubmissionHeader: Sendable, Hashable {
    package var name: String
    package var number: UInt64
    package var stream: UInt64
    package var seed: UInt64

    package init(name: String, number: UInt64, stream: UInt64, seed: UInt64) {
        self.name = name
        self.number = number
        self.stream = stream
        self.seed = seed
    }
}

/// A submission: one instance from `submit` to the end of its future.
package final class Submission: Sendable {
    package let header: SubmissionHeader
    package let body: SubmissionBody
    package let deadline: Duration?
    private let receiver: any SubmissionReceiver

    init(header: SubmissionHeader, body: SubmissionBody, deadline: Duration?, receiver: any SubmissionReceiver) {
        self.header = header
        self.body = body
        self.deadline = deadline
        self.receiver = receiver
    }

    func start() { receiver.start() }
    func report(_ progress: TaskProgress) { receiver.report(progress) }
    func end(_ outcome: TaskOutcome) { receiver.end(outcome) }
}

/// The typed end of a submission.
protocol SubmissionReceiver: Sendable {
    func start()
    func report(_ progress: TaskProgress)
    func end(_ outcome: TaskOutcome)
}

/// Turns outcomes into the values of one promise.
struct PromiseReceiver<Work: RemoteTask>: SubmissionReceiver {
    let promise: Promise<Work.Output>

    func start() { promise.start() }
    func report(_ progress: TaskProgress) { promise.report(progress) }

    func end(_ outcome: TaskOutcome) {
        switch outcome {
        case .failure(let error):
            promise.fail(error)
        case .local(let value):
            guard let value = value as? Work.Output else {
                promise.fail(ExecutorError(.protocolViolation, "a task of another output type answered"))
                return
            }
            promise.succeed(value)
        case .encoded(let bytes) where bytes.count > 1 << 18:
            // Large outputs are decoded off the transport's thread, which has other workers to serve.
            Task { self.decode(bytes) }
        case .encoded(let bytes):
            decode(bytes)
        }
    }

    private func decode(_ bytes: [UInt8]) {
        do {
            promise.succeed(try TaskPayload.output(of: Work.self, from: bytes))
        } catch {
            promise.fail(error)
        }
    }
}
