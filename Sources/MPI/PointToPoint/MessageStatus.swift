// SPDX-License-Identifier: Apache-2.0
// The envelope of a received message.

/// Where a message came from, and how long it was.
public struct MessageStatus: Sendable, Hashable {
    /// The rank that sent it.
    public let source: Int
    /// Its tag.
    public let tag: Int
    /// The number of its elements.
    public let count: Int
}
