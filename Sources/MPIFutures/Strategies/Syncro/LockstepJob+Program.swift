// SPDX-License-Identifier: Apache-2.0
// What executors ask of the job besides steps.

import Foundation
import Futures
import Synchronization

extension LockstepJob {
    /// The number of the next executor of the program.
    func nextExecutor() -> UInt64 {
        state.withLock { state in
            defer { state.executors += 1 }
            return state.executors
        }
    }

    /// Has every rank run an executor's initializer before anything else of the executor's.
    func initialize(_ executor: UInt64, _ initializer: WorkerInitializer) -> Future<NoValue> {
        let storage = FutureStorage<NoValue>(arbiter: self)
        let label = "the initializer of executor \(executor)"
        let payload = initializer.payload
        var content = Fingerprint()
        content.mix(payload.typeName)
        content.mix(payload.value)
        let (_, refusal) = make(
            .submissions, content: content, ranks: size,
            { [self] step in
                let members = members(of: step, ranks: size)
                let header = SubmissionHeader(name: "initializer", number: 0, stream: 0, seed: 0)
                return OpenStep(
                    label: label, members: members,
                    order: LockstepOrder(
                        step: step, header: header, payload: payload, priority: .max, members: members,
                        isInitializer: true),
                    end: { outcome in _ = storage.end(outcome.result { _ in NoValue() }) },
                    fail: { _ = storage.end(.failure($0)) }, report: { _ in })
            }, label: label)
        if let refusal { _ = storage.end(.failure(refusal)) }
        return Future(storage: storage)
    }

    /// Whether this rank runs an ordinary task.
    func owns(_ step: StepID) -> Bool { step.number % UInt64(size) == UInt64(rank) }

    /// The ranks that run a collective task, in gang order.
    func members(of step: StepID, ranks: Int) -> [Int] {
        let first = Int(step.number % UInt64(size))
        return (0..<ranks).map { (first + $0) % size }
    }

    /// Whether all programs have ended.
    var mayLeave: Bool { state.withLock { $0.mayLeave } }

    /// Why the job can't go on, where nobody in this program was told.
    var unseenFailure: LockstepFailure? {
        state.withLock { $0.failureWasSeen ? nil : $0.machine.failure }
    }

    /// A rank whose program has not ended.
    var rankAtWork: Int? {
        state.withLock { state in state.machine.others.first { !state.machine.peers[$0].hasEnded } }
    }

    /// Has the other ranks wait for this one beyond their patience, or ends that.
    func hold(_ isHeld: Bool) {
        post { state in
            let wasHeld = state.holds > 0
            state.holds += isHeld ? 1 : -1
            if wasHeld != (state.holds > 0) { send(.hold(state.holds > 0), &state) }
            return []
        }
    }

    /// Says, once, that futures can't be cancelled.
    func refuseCancellation() {
        guard let refusal = cancellationRefusal, !Self.hasRefused.exchange(true, ordering: .relaxed) else { return }
        Self.say("cancel() was refused on rank \(rank): \(refusal.message)")
    }

    /// Writes a line to standard error.
    static func say(_ text: String) {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
    }

    private static let hasRefused = Atomic<Bool>(false)
}
