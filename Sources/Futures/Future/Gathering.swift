// SPDX-License-Identifier: Apache-2.0
// Many values into one.

import Synchronization

/// Collects the values of several futures into one future.
final class Gathering<Value: Sendable>: Sendable {
    private struct State {
        var values: [Value?]
        var failures: [Int: any Error] = [:]
        var rest: Int
        /// Those before it have succeeded.
        var firstUnknown = 0
    }

    private let state: Mutex<State>
    private let futures: [Future<Value>]
    private let isInLockstep: Bool

    private init(_ futures: [Future<Value>], isInLockstep: Bool) {
        self.futures = futures
        self.isInLockstep = isInLockstep
        state = Mutex(State(values: Array(repeating: nil, count: futures.count), rest: futures.count))
    }

    /// The future of all values.
    static func future(of futures: [Future<Value>]) -> Future<[Value]> {
        guard !futures.isEmpty else { return Future<[Value]>(value: []) }
        let arbiter = futures.lazy.compactMap(\.storage.arbiter).first
        let gathering = Gathering(futures, isInLockstep: arbiter != nil)
        let gathered = FutureStorage<[Value]>(
            cancelsWithWaiter: futures.allSatisfy { $0.storage.cancelsWithWaiter },
            submission: SubmissionStream.mixed(futures.map(\.storage.submission)), arbiter: arbiter,
            onCancel: { for future in futures { future.cancel() } })
        for (index, future) in futures.enumerated() {
            future.storage.whenEnded { result in
                guard let end = gathering.took(result, at: index), gathered.end(end) else { return }
                if case .failure = end { gathering.cancelRest() }
            }
        }
        return Future<[Value]>(storage: gathered)
    }

    /// Takes a result in; returns the end of the whole where this settles it.
    private func took(_ result: Result<Value, any Error>, at index: Int) -> Result<[Value], any Error>? {
        state.withLock { state in
            state.rest -= 1
            switch result {
            case .success(let value): state.values[index] = value
            case .failure(let error) where !isInLockstep: return .failure(error)
            case .failure(let error): state.failures[index] = error
            }
            while state.firstUnknown < state.values.count, state.values[state.firstUnknown] != nil {
                state.firstUnknown += 1
            }
            if let error = state.failures[state.firstUnknown] { return .failure(error) }
            return state.rest == 0 ? .success(state.values.compactMap { $0 }) : nil
        }
    }

    private func cancelRest() {
        guard !isInLockstep else { return }
        for future in futures where !future.storage.current.isEnd { future.storage.giveUp() }
    }
}
