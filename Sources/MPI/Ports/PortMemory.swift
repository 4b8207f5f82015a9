// SPDX-License-Identifier: Apache-2.0
// Memory that messages leave from or come to.

/// Bytes in memory, and what keeps them there.
// Safe: the owner keeps the memory where it is. What leaves is not changed, and what comes is not read before it is there.
package struct PortMemory: @unchecked Sendable {
    /// The bytes.
    let bytes: UnsafeRawBufferPointer
    /// What keeps them.
    private let owner: any Sendable

    /// Bytes to send, which stay where they are and unchanged as long as their owner exists.
    package init(_ bytes: UnsafeRawBufferPointer, keptBy owner: any Sendable) {
        self.bytes = bytes
        self.owner = owner
    }

    /// An array to send.
    init(_ array: [UInt8]) {
        // Safe: the array is immutable and kept as the owner, so its storage stays where it is.
        bytes = array.withUnsafeBytes { $0 }
        owner = array
    }

    /// Memory to receive into, which stays where it is as long as its owner exists, and which nobody reads meanwhile.
    package init(receiving bytes: UnsafeMutableRawBufferPointer, keptBy owner: any Sendable) {
        self.init(UnsafeRawBufferPointer(bytes), keptBy: owner)
    }
}
