// SPDX-License-Identifier: Apache-2.0
// Runs the checks one after the other.

internal import Foundation
import Futures

/// Runs the checks of the contract against one kind of executor.
public struct ConformanceRunner: Sendable {
    private let subject: ConformanceSubject
    private let patience: Double
    private let only: Set<String>?

    /// Prepares a run.
    ///
    /// - Parameters:
    ///   - subject: The kind of executor.
    ///   - only: The names of the checks to run; all where `nil`.
    ///   - patience: A factor for the time limits of checks, for busy machines.
    public init(_ subject: ConformanceSubject, only: Set<String>? = nil, patience: Double = 1) {
        self.subject = subject
        self.only = only
        self.patience = patience
    }

    /// Runs the checks.
    ///
    /// A check that fails or hangs is reported, and the others run. Where every process runs the program a check that
    /// hangs is the last one.
    ///
    /// - Parameter note: Called with each result as it is there.
    /// - Returns: All results, in the order of the contract.
    public func run(_ note: (CheckResult) -> Void = { _ in }) async -> [CheckResult] {
        var results: [CheckResult] = []
        let shared = SharedExecutor(subject)
        var obstacle: String?
        for check in Contract.checks where only?.contains(check.id) != false {
            let start = ContinuousClock.now
            var (status, detail) = (CheckResult.Status.ok, "")
            if let reason = check.reason(for: subject) {
                (status, detail) = (.notApplicable, reason)
            } else if case .shown(let tests) = check.body {
                (status, detail) = (.shownByTests, tests)
            } else if let obstacle {
                (status, detail) = (.failed, obstacle)
            } else if let failure = await failure(of: check, shared) {
                (status, detail) = (.failed, failure.text)
                if failure.isHang {
                    if subject.abilities.isInLockstep {
                        obstacle = "not run, because \(check.id) hung and all processes must do the same"
                    }
                    await shared.replace()
                }
            }
            let result = CheckResult(
                check: check.id, subject: subject.name, status: status, detail: detail,
                seconds: ((ContinuousClock.now - start) / .milliseconds(1)).rounded() / 1000)
            results.append(result)
            note(result)
        }
        if obstacle == nil { await shared.shutDown() }
        return results
    }

    private func failure(of check: Check, _ shared: SharedExecutor) async -> (text: String, isHang: Bool)? {
        guard case .runs(let body) = check.body else { return nil }
        let trial: Trial
        do {
            trial = Trial(subject: subject, executor: try await shared.executor())
        } catch {
            return ("there is no executor: \(error)", false)
        }
        let promise = Promise<Bool>()
        let work = Task {
            do {
                try await body(trial)
                await trial.finish()
                promise.succeed(true)
            } catch {
                await trial.finish()
                promise.fail(error)
            }
        }
        let limit = check.limit * patience
        // The error, if any, is looked at below.
        _ = try? await promise.future.value(within: limit)
        guard let result = promise.future.resultIfEnded else {
            work.cancel()
            // Most checks end when they are cancelled.
            _ = try? await promise.future.value(within: .seconds(2))
            return ("it did not end within \(limit)", true)
        }
        if case .failure(let error) = result { return ("\(error)", false) }
        return nil
    }
}

/// The executor that checks share: made when it is needed, made anew after a hang.
private actor SharedExecutor {
    private let subject: ConformanceSubject
    private var made: Result<SubjectExecutor, any Error>?

    init(_ subject: ConformanceSubject) { self.subject = subject }

    func executor() async throws -> any FutureExecutor {
        if let made { return try made.get().executor }
        do {
            let own = try await subject.make(ExecutorRequest())
            made = .success(own)
            // Checks of time limits must not measure the start of workers.
            _ = try await own.executor.submit(1) { $0 }.value
            return own.executor
        } catch {
            made = .failure(error)
            throw error
        }
    }

    /// Leaves an executor behind that may never be idle again.
    func replace() {
        guard case .success(let own) = made, !subject.abilities.isInLockstep else { return }
        made = nil
        Task { await own.shutDown(true) }
    }

    func shutDown() async {
        guard case .success(let own) = made else { return }
        await own.shutDown(subject.abilities.cancels)
    }
}
