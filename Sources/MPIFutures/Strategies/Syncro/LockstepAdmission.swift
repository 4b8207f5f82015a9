// SPDX-License-Identifier: Apache-2.0
// Back-pressure on a program in lockstep.

import Futures
import Synchronization

/// Lets a program submit while little enough is held, and has it wait otherwise.
///
/// No rank waits here for ever: the steps that the slowest rank has made were made by all, so those that hold it up
/// run somewhere and end.
final class LockstepAdmission: Sendable {
    private typealias Submitter = CheckedContinuation<Bool, Never>

    private struct State {
        var queue = AdmissionQueue()
        var submitters: [UInt64: Submitter] = [:]
        var nextTicket: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Waits for room; false where the waiting Swift task was cancelled.
    func admit(bytes: Int) async -> Bool {
        if state.withLock({ $0.queue.admitNow(bytes: bytes) }) { return true }
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isAdmitted = state.withLock { state in
                    if state.queue.admit(ticket, bytes: bytes) { return true }
                    state.submitters[ticket] = continuation
                    return false
                }
                if isAdmitted {
                    continuation.resume(returning: true)
                } else if Task.isCancelled {
                    // The handler may have run before the ticket was registered.
                    withdraw(ticket)
                }
            }
        } onCancel: {
            withdraw(ticket)
        }
    }

    /// A submission that was admitted has ended.
    func release(bytes: Int) {
        let admitted = state.withLock { state in
            state.queue.release(bytes: bytes).compactMap { state.submitters.removeValue(forKey: $0) }
        }
        for submitter in admitted { submitter.resume(returning: true) }
    }

    private func withdraw(_ ticket: UInt64) {
        let (left, admitted) = state.withLock { state in
            guard state.queue.withdraw(ticket) else { return (Submitter?.none, [Submitter]()) }
            let left = state.submitters.removeValue(forKey: ticket)
            return (left, state.queue.admitWaiting().compactMap { state.submitters.removeValue(forKey: $0) })
        }
        left?.resume(returning: false)
        for submitter in admitted { submitter.resume(returning: true) }
    }
}
