// SPDX-License-Identifier: Apache-2.0
// Fingerprints notice what differs, and are the same everywhere.

import Testing

@testable import MPIFutures

@Suite struct FingerprintTests {
    private func print(_ mix: (inout Fingerprint) -> Void) -> Fingerprint {
        var fingerprint = Fingerprint()
        mix(&fingerprint)
        return fingerprint
    }

    @Test func dependsOnContentOnly() {
        #expect(print { $0.mix([1, 2, 3]) } == print { $0.mix([1, 2, 3]) })
        #expect(print { $0.mix("abc") } == print { $0.mix(Array("abc".utf8)) })
    }

    @Test func noticesEveryBit() {
        for count in [1, 7, 8, 9, 16, 33] {
            let bytes = [UInt8](repeating: 0x5a, count: count)
            var seen: Set<Fingerprint> = [print { $0.mix(bytes) }]
            for bit in 0..<8 * count {
                var other = bytes
                other[bit / 8] ^= 1 << (bit % 8)
                #expect(seen.insert(print { $0.mix(other) }).inserted, "\(count) bytes, bit \(bit)")
            }
        }
    }

    @Test func noticesOrderAndLength() {
        #expect(print { $0.mix([1, 2]) } != print { $0.mix([2, 1]) })
        #expect(print { $0.mix([0]) } != print { $0.mix([0, 0]) })
        #expect(print { $0.mix([]) } != print { _ in })
        #expect(
            print {
                $0.mix("ab")
                $0.mix("c")
            }
                != print {
                    $0.mix("a")
                    $0.mix("bc")
                })
        #expect(
            print {
                $0.mix(1)
                $0.mix(2)
            }
                != print {
                    $0.mix(2)
                    $0.mix(1)
                })
    }

    /// Small numbers, which inputs are full of: neither the whole nor a half may repeat.
    @Test func spreadsSmallNumbers() {
        var wholes: Set<Fingerprint> = []
        var halves: Set<UInt64> = []
        for value in 0..<20_000 as Range<UInt64> {
            let fingerprint = print { $0.mix(value) }
            wholes.insert(fingerprint)
            halves.insert(fingerprint.low)
            halves.insert(fingerprint.high)
        }
        #expect(wholes.count == 20_000)
        #expect(halves.count == 40_000)
    }
}
