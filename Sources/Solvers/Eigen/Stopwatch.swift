// SPDX-License-Identifier: Apache-2.0
// Measures the phases of a solve.

/// Seconds since the last reading.
struct Stopwatch {
    private var last = ContinuousClock.now

    /// The seconds since the start or the last call.
    mutating func lap() -> Double {
        let now = ContinuousClock.now
        defer { last = now }
        return (now - last) / .seconds(1)
    }
}
