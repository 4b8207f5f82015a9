// SPDX-License-Identifier: Apache-2.0
// Random numbers that are the same on every machine and in every run.

/// The SplitMix64 generator (Steele, Lea and Flood, OOPSLA 2014, figure 17).
struct SplitMix: Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// A number in `0 ..< bound`; the bias is far below what a test could see.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// True in that many of a hundred cases.
    mutating func percent(_ chance: Int) -> Bool { below(100) < chance }

    /// One of the elements.
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}
