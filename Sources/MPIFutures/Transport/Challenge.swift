// SPDX-License-Identifier: Apache-2.0
// How two ends of a network connection prove to each other that they know the pool's secret.

/// One exchange: each end sends random bytes, and answers the other's with a code that only the secret gives.
///
/// The secret itself never travels, an answer is of no use in another exchange, and neither end's answer is one that
/// the other could send back.
///
/// 1. pool → worker: ``greeting`` and 32 random bytes
/// 2. worker → pool: 32 random bytes and the worker's proof
/// 3. pool → worker: the pool's proof
///
/// It proves who the ends are when they meet; what they send afterwards is neither encrypted nor signed.
struct Challenge: Sendable, Equatable {
    /// What a pool says first.
    static let greeting = Array("MPIFUT01".utf8)
    /// The number of random bytes of each end.
    static let nonceSize = 32
    /// The bytes of the first message.
    static let openingSize = greeting.count + nonceSize
    /// The bytes of the second message.
    static let responseSize = nonceSize + SHA256.size

    /// Which end.
    enum Side: String, Sendable {
        case pool, worker
    }

    /// The pool's random bytes.
    var pool: [UInt8]
    /// The worker's random bytes.
    var worker: [UInt8]

    /// Fresh random bytes from the system's generator.
    static func nonce() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<nonceSize).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// What one end sends to prove that it knows the secret.
    func proof(of side: Side, _ secret: Secret) -> [UInt8] {
        SHA256.authenticationCode(Array("mpifutures \(side.rawValue)\0".utf8) + pool + worker, key: secret.bytes)
    }

    /// Whether a claim is the proof; the time that this takes does not depend on where they differ.
    func isProof(_ claim: some Collection<UInt8>, of side: Side, _ secret: Secret) -> Bool {
        let expected = proof(of: side, secret)
        guard claim.count == expected.count else { return false }
        return zip(claim, expected).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
