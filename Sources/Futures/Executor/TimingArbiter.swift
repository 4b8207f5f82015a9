// SPDX-License-Identifier: Apache-2.0
// Questions of timing where several processes must come to the same answer.

/// Settles questions whose answer depends on timing: which future ended first, whether a value came in time.
///
/// In lockstep every process runs the program, and each would see another order of events. One of them decides, and
/// the others are told. A future that has no arbiter is asked directly.
package protocol TimingArbiter: Sendable {
    /// The answer of the process that decides.
    ///
    /// Every process asks the same questions in the same order.
    ///
    /// - Parameters:
    ///   - question: What is asked, in words; the processes compare it.
    ///   - answer: Finds the answer; called only where it is decided.
    /// - Throws: What `answer` throws, everywhere; ``ExecutorError`` where the processes ask different questions.
    func decide(_ question: String, _ answer: @escaping @Sendable () async throws -> Int) async throws -> Int

    /// The error with which `Future.cancel()` is refused; `nil` where it works.
    var cancellationRefusal: ExecutorError? { get }
}

extension TimingArbiter {
    /// Cancelling works.
    package var cancellationRefusal: ExecutorError? { nil }
}
