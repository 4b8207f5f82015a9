// SPDX-License-Identifier: Apache-2.0
// How far a running task is.

/// One progress report of a running task.
public struct TaskProgress: Sendable, Codable, Hashable {
    /// The part that is done, between 0 and 1.
    public let fraction: Double
    /// What is being done; may be empty.
    public let message: String

    /// Makes a report.
    public init(fraction: Double, message: String = "") {
        self.fraction = fraction
        self.message = message
    }
}
