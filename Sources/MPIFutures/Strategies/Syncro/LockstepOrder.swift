// SPDX-License-Identifier: Apache-2.0
// A submission that this rank is to run.

import Futures

/// A task on its way to a runner of the own process.
struct LockstepOrder: Sendable {
    var step: StepID
    var header: SubmissionHeader
    var payload: TaskPayload
    var priority: Int
    /// The ranks of the gang's members in gang order; empty for an ordinary task.
    var members: [Int]
    /// Whether it is an executor's initializer: all ranks run it, each on its own and without MPI.
    var isInitializer = false
}
