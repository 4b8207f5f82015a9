// SPDX-License-Identifier: Apache-2.0
// What a worker knows about itself and the executors that it works for.

import Futures
import Synchronization

/// A worker's number, and which executors' initializers have run in it.
final class WorkerLedger: Sendable {
    private enum Initializer {
        case expected([CheckedContinuation<ExecutorError?, Never>])
        case done
        case failed(ExecutorError)
    }

    private struct State {
        var index = 0
        var initializers: [UInt32: Initializer] = [:]
    }

    private let state = Mutex(State())

    /// This worker's number within its job.
    var index: Int {
        get { state.withLock { $0.index } }
        set { state.withLock { $0.index = newValue } }
    }

    /// An executor's initializer will run, before that executor's tasks.
    func expect(_ client: UInt32) {
        state.withLock { $0.initializers[client] = .expected([]) }
    }

    /// Why an executor's tasks can't run here; `nil` where they can.
    func failure(of client: UInt32) -> ExecutorError? {
        state.withLock { state in
            guard case .failed(let error) = state.initializers[client] else { return nil }
            return error
        }
    }

    /// Waits until an executor's initializer, where it has one, has run.
    ///
    /// - Throws: ``Futures/ExecutorError/Code/initializerFailed``.
    func ready(_ client: UInt32) async throws(ExecutorError) {
        let failure = await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> ExecutorError?? in
                switch state.initializers[client] {
                case .expected(let waiters):
                    state.initializers[client] = .expected(waiters + [continuation])
                    return nil
                case .failed(let error): return .some(error)
                case .done, nil: return .some(nil)
                }
            }
            if let answer { continuation.resume(returning: answer) }
        }
        if let failure { throw failure }
    }

    /// Runs an initializer and says how it went.
    func run(_ order: InitializeOrder) async -> WorkerReport {
        let report: WorkerReport
        let result: Initializer
        do {
            _ = try await order.payload.run()
            result = .done
            report = .initialized(client: order.client)
        } catch {
            let described = ErrorPayload(error, worker: index, host: WorkerSetup.hostName).error
            result = .failed(
                ExecutorError(.initializerFailed, "the initializer failed on worker \(index)", cause: described))
            report = .initializerFailed(client: order.client, described)
        }
        let waiters = state.withLock { state -> [CheckedContinuation<ExecutorError?, Never>] in
            defer { state.initializers[order.client] = result }
            guard case .expected(let waiters) = state.initializers[order.client] else { return [] }
            return waiters
        }
        var failure: ExecutorError?
        if case .failed(let error) = result { failure = error }
        for waiter in waiters { waiter.resume(returning: failure) }
        return report
    }
}
