// SPDX-License-Identifier: Apache-2.0
// What a pool and its workers share and nobody else knows.

/// 256 random bits that prove to a pool that who connects was started by it.
struct Secret: Sendable {
    let bytes: [UInt8]

    /// Draws a new secret from the system's generator.
    init() {
        var generator = SystemRandomNumberGenerator()
        bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// Reads a secret as ``hexadecimal`` wrote it; `nil` where the text is something else.
    init?(hexadecimal text: String) {
        let digits = text.utf8.compactMap { UInt8(ascii: $0) }
        guard digits.count == 64, text.utf8.count == 64 else { return nil }
        bytes = stride(from: 0, to: 64, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// The secret for an environment variable.
    var hexadecimal: String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// Whether a claim is this secret; the time that this takes does not depend on where they differ.
    func matches(_ claim: [UInt8]) -> Bool {
        guard claim.count == bytes.count else { return false }
        var difference: UInt8 = 0
        for index in bytes.indices { difference |= bytes[index] ^ claim[index] }
        return difference == 0
    }
}

extension UInt8 {
    /// The value of a lower-case hexadecimal digit.
    fileprivate init?(ascii digit: UInt8) {
        switch digit {
        case 0x30...0x39: self = digit - 0x30
        case 0x61...0x66: self = digit - 0x61 + 10
        default: return nil
        }
    }
}
