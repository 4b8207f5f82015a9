// SPDX-License-Identifier: Apache-2.0
// The whole contract.

/// What an executor must do.
public enum Contract {
    /// The checks by what they are about, in the order in which they run.
    public static let sections: [CheckSection] = [
        principles, making, bootUp, shutdown, initializers, waiting, completions, submitting, mapping, manyExecutors,
        coding, communicators, deriving, collecting, composing, untested, defects,
    ]

    /// All checks.
    public static var checks: [Check] { sections.flatMap(\.checks) }
}
