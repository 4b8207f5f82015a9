// SPDX-License-Identifier: Apache-2.0
// What a check is given: executors, and the means to say what should be.

import Futures
import Synchronization

/// What a check found wrong.
struct CheckFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// The surroundings of a check.
struct Trial: Sendable {
    /// The kind of executor.
    let subject: ConformanceSubject
    /// One that is up and that most checks share.
    let executor: any FutureExecutor
    private let slowFutures = SlowFutures()

    init(subject: ConformanceSubject, executor: any FutureExecutor) {
        self.subject = subject
        self.executor = executor
    }

    var abilities: Abilities { subject.abilities }

    /// Runs a body with an executor of its own, and shuts that down whatever happens.
    func withExecutor(
        _ request: ExecutorRequest = ExecutorRequest(), _ body: (SubjectExecutor) async throws -> Void
    ) async throws {
        let own = try await subject.make(request)
        do {
            try await body(own)
        } catch {
            await own.shutDown(abilities.cancels)
            throw error
        }
        await own.shutDown(false)
    }

    /// A task that takes long: until the end of the check, or a second where nothing can be cancelled.
    func slow(_ value: Int = 0) async -> Future<Int> {
        let future = await executor.submit(Nap(seconds: abilities.cancels ? 600 : 1, value: value))
        slowFutures.futures.withLock { $0.append(future) }
        return future
    }

    /// Ends what takes long.
    func finish() async {
        for future in slowFutures.futures.withLock({ $0 }) {
            if abilities.cancels { future.cancel() }
            _ = await future.result
        }
    }
}

/// The slow tasks of a check.
private final class SlowFutures: Sendable {
    let futures = Mutex<[Future<Int>]>([])
}

extension Trial {
    /// Fails unless a condition holds.
    func expect(_ condition: Bool, _ text: @autoclosure () -> String) throws {
        if !condition { throw CheckFailure(text()) }
    }

    /// Fails unless two values are equal.
    func expect<Value: Equatable>(_ value: Value, is expected: Value) throws {
        if value != expected { throw CheckFailure("\(value) in place of \(expected)") }
    }

    /// The error of a future; fails where it has a value.
    func failure<Value>(of future: Future<Value>) async throws -> any Error {
        switch await future.result {
        case .success(let value): throw CheckFailure("the value \(value) in place of an error")
        case .failure(let error): return error
        }
    }

    /// What a body throws; fails where it returns.
    func failure(of body: () async throws -> Void) async throws -> any Error {
        do {
            try await body()
        } catch {
            return error
        }
        throw CheckFailure("nothing thrown in place of an error")
    }

    /// Fails unless an error is one of the machinery's with a code.
    func expect(_ error: any Error, is code: ExecutorError.Code) throws {
        guard let error = error as? ExecutorError, error.code == code else {
            throw CheckFailure("\(error) in place of \(code)")
        }
    }

    /// Fails unless an error is a cancellation.
    func expectCancellation(_ error: any Error) throws {
        guard error is CancellationError else { throw CheckFailure("\(error) in place of a cancellation") }
    }

    /// Fails unless an error is the fault that a task throws, itself.
    func expect(_ error: any Error, is fault: Fault) throws {
        guard error as? Fault == fault else { throw CheckFailure("\(error) in place of \(fault)") }
    }

    /// Waits until a condition holds; the check's time limit bounds it.
    func wait(until condition: () -> Bool) async throws {
        while !condition() {
            try Task.checkCancellation()
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}

/// The elements of a sequence.
func collect<Elements: AsyncSequence>(_ elements: Elements) async throws -> [Elements.Element] {
    var collected: [Elements.Element] = []
    for try await element in elements { collected.append(element) }
    return collected
}
