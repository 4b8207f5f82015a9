// SPDX-License-Identifier: Apache-2.0
// What proves that a worker belongs to a pool.

import Testing

@testable import MPIFutures

@Suite struct SecretTests {
    @Test func travelsAsText() throws {
        let secret = Secret()
        #expect(secret.bytes.count == 32)
        #expect(secret.hexadecimal.count == 64)
        let read = try #require(Secret(hexadecimal: secret.hexadecimal))
        #expect(read.bytes == secret.bytes)
        let known = try #require(Secret(hexadecimal: String(repeating: "0f", count: 31) + "a9"))
        #expect(known.bytes == Array(repeating: 0x0F, count: 31) + [0xA9])
    }

    @Test func differsEachTime() {
        #expect(Set((0..<100).map { _ in Secret().hexadecimal }).count == 100)
    }

    @Test func matchesItselfOnly() {
        let secret = Secret()
        #expect(secret.matches(secret.bytes))
        for index in 0..<32 {
            for bit in 0..<8 {
                var claim = secret.bytes
                claim[index] ^= 1 << UInt8(bit)
                #expect(!secret.matches(claim))
            }
        }
        #expect(!secret.matches([]))
        #expect(!secret.matches(secret.bytes.dropLast()))
        #expect(!secret.matches(secret.bytes + [0]))
    }

    @Test(
        arguments: [
            "", "00", String(repeating: "0", count: 63), String(repeating: "0", count: 65),
            String(repeating: "A", count: 64), String(repeating: "g", count: 64), String(repeating: " ", count: 64),
            String(repeating: "0", count: 62) + "ä", String(repeating: "ä", count: 32),
        ])
    func isReadFromNothingElse(text: String) {
        #expect(Secret(hexadecimal: text) == nil)
    }
}
