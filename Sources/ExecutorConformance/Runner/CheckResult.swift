// SPDX-License-Identifier: Apache-2.0
// What came of a check.

/// What came of a check on one executor, on one process.
public struct CheckResult: Codable, Sendable, Hashable {
    /// How a check ends.
    public enum Status: String, Codable, Sendable {
        /// What it asserts holds.
        case ok
        /// It does not, or the check did not end in time.
        case failed
        /// It has no meaning for this executor.
        case notApplicable
        /// It takes more than an executor to show; tests of this package do.
        case shownByTests
    }

    /// The check's name.
    public var check: String
    /// The executor's name.
    public var subject: String
    /// How it ended.
    public var status: Status
    /// What is wrong, why it does not apply, or which tests show it; empty where all is well.
    public var detail: String
    /// How long it took.
    public var seconds: Double

    /// Joins the parts of a result.
    public init(check: String, subject: String, status: Status, detail: String = "", seconds: Double = 0) {
        self.check = check
        self.subject = subject
        self.status = status
        self.detail = detail
        self.seconds = seconds
    }

    /// One line for people.
    public var line: String {
        switch status {
        case .ok: "ok \(check) (\(Int(seconds * 1000)) ms)"
        case .failed: "FAILED \(check): \(detail)"
        case .shownByTests: "shown by tests \(check): \(detail)"
        case .notApplicable: "not applicable \(check): \(detail)"
        }
    }
}
