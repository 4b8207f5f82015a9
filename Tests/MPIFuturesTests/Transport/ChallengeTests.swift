// SPDX-License-Identifier: Apache-2.0
// Hashes, codes, and the proofs made of them.

import Foundation
import Testing

@testable import MPIFutures

@Suite struct ChallengeTests {
    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    // From FIPS 180-4's examples, and `sha256sum`.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            String(repeating: "a", count: 10_000),
            "27dd1f61b867b6a0f6e9d8a41c43231de52107e53ae424de8f847b821db4b711"
        ),
    ])
    func hashes(text: String, hash: String) {
        #expect(Self.hexadecimal(SHA256.hash(Array(text.utf8))) == hash)
    }

    @Test(.timeLimit(.minutes(1))) func hashesEveryLengthAsSha256sumDoes() throws {
        let bytes = (0..<200).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
        for count in [1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 200] {
            let process = Process()
            let (input, output) = (Pipe(), Pipe())
            process.executableURL = URL(filePath: "/usr/bin/sha256sum")
            (process.standardInput, process.standardOutput) = (input, output)
            try process.run()
            input.fileHandleForWriting.write(Data(bytes.prefix(count)))
            try input.fileHandleForWriting.close()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(text.prefix(64) == Self.hexadecimal(SHA256.hash(Array(bytes.prefix(count)))))
        }
    }

    // The test cases 1, 2, 3, 6 and 7 of RFC 4231.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131),
            Array(
                ("This is a test using a larger than block-size key and a larger than block-size data. The key needs to "
                    + "be hashed before being used by the HMAC algorithm.").utf8),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        ),
    ])
    func authenticates(key: [UInt8], message: [UInt8], code: String) {
        #expect(Self.hexadecimal(SHA256.authenticationCode(message, key: key)) == code)
    }

    @Test func onlyTheSecretGivesTheProof() {
        let secret = Secret()
        let challenge = Challenge(pool: Challenge.nonce(), worker: Challenge.nonce())
        let proof = challenge.proof(of: .worker, secret)
        #expect(proof.count == SHA256.size)
        #expect(challenge.isProof(proof, of: .worker, secret))
        #expect(!challenge.isProof(proof, of: .worker, Secret()))
        #expect(!challenge.isProof(proof, of: .pool, secret), "nobody's proof can be sent back to him")
        let other = Challenge(pool: Challenge.nonce(), worker: challenge.worker)
        #expect(!other.isProof(proof, of: .worker, secret), "no proof can be used again")
        for index in proof.indices {
            var changed = proof
            changed[index] ^= 1
            #expect(!challenge.isProof(changed, of: .worker, secret))
        }
        #expect(!challenge.isProof([], of: .worker, secret))
        #expect(!challenge.isProof(proof.dropLast(), of: .worker, secret))
        #expect(Challenge.nonce() != Challenge.nonce())
    }
}
