// SPDX-License-Identifier: Apache-2.0
// Short numbers that stand for what a program did.

import Futures

/// 128 bits that follow from everything that was mixed in, in its order; the same in every process.
///
/// Two lanes of folded 64-by-64-bit products with different constants. Made to notice accidents, not attacks: two
/// different histories agree by chance about once in 2¹²⁰.
struct Fingerprint: Sendable, Hashable {
    private(set) var high: UInt64 = 0x6a09_e667_f3bc_c908
    private(set) var low: UInt64 = 0xbb67_ae85_84ca_a73b

    /// The fingerprint of nothing.
    init() {}

    /// A fingerprint of known halves.
    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Mixes a number in.
    mutating func mix(_ word: UInt64) {
        // The constants are odd and have about half of their bits set; the rotations keep what a product loses.
        low = Self.rotate(low, 29) &+ Self.fold(word ^ 0x9e37_79b9_7f4a_7c15, low ^ 0xd6e8_feb8_6659_fd93)
        high = Self.rotate(high, 31) ^ Self.fold(word &+ 0xc2b2_ae3d_27d4_eb4f, high ^ 0x8ebc_6af0_9c88_c6e3)
    }

    /// Mixes bytes in, and how many they are.
    mutating func mix(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { mix($0) }
    }

    /// Mixes a text in.
    mutating func mix(_ text: String) {
        var text = text
        text.withUTF8 { mix(UnsafeRawBufferPointer($0)) }
    }

    /// Mixes a value in, all of it.
    mutating func mix(_ value: EncodedPayload) {
        value.visitBytes { mix($0) }
    }

    private mutating func mix(_ bytes: UnsafeRawBufferPointer) {
        mix(UInt64(bytes.count))
        let whole = bytes.count & ~7
        for offset in stride(from: 0, to: whole, by: 8) {
            mix(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
        }
        guard whole < bytes.count else { return }
        var last: UInt64 = 0
        for offset in whole..<bytes.count { last = last << 8 | UInt64(bytes[offset]) }
        mix(last)
    }

    private static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 {
        (value << count) | (value >> (64 - count))
    }

    private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }
}
