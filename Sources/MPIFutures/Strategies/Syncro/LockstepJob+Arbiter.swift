// SPDX-License-Identifier: Apache-2.0
// Questions of timing in lockstep: rank 0 answers for all.

import Futures

extension LockstepJob: TimingArbiter {
    func decide(_ question: String, _ answer: @escaping @Sendable () async throws -> Int) async throws -> Int {
        let storage = FutureStorage<Int>()
        var content = Fingerprint()
        content.mix(question)
        let (step, refusal) = make(
            .questions, content: content, ranks: 1,
            { _ in
                OpenStep(
                    label: question, members: [],
                    end: { outcome in
                        _ = storage.end(outcome.result { try BinaryDecoder().decode(Int.self, from: $0) })
                    },
                    fail: { _ = storage.end(.failure($0)) }, report: { _ in })
            }, label: "“\(question)”")
        if let refusal { throw refusal }
        if let step, rank == 0 {
            let outcome: StepOutcome
            do {
                outcome = .value(try BinaryEncoder().encodePayload(try await answer()))
            } catch {
                outcome = StepOutcome(error, rank: rank, host: nil)
            }
            post { $0.machine.finished(step, outcome) }
        }
        return try await storage.wait().get()
    }

    var cancellationRefusal: ExecutorError? {
        ExecutorError(
            .unsupported,
            "in lockstep (strategy syncro) futures can't be cancelled: every rank would see another moment of it, and "
                + "the outcome must be the same on all. The work goes on to its end; give the submission a deadline "
                + "instead, which its owner keeps for all ranks")
    }
}
