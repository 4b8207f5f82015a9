// SPDX-License-Identifier: Apache-2.0
// The output of a task that returns nothing.

/// Stands for `Void` where a type must be `Codable`: the ``RemoteTask/Output`` of a task that returns nothing.
public struct NoValue: Codable, Sendable, Hashable {
    /// The one value.
    public init() {}
}
