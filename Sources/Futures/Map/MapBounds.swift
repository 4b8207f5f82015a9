// SPDX-License-Identifier: Apache-2.0
// How long a map may take, and how much of it is in flight.

/// The bounds of a map.
struct MapBounds: Sendable {
    /// The time for all outputs.
    var limit: Duration?
    /// The most submissions at a time; found from the executor where `nil`.
    var inFlight: Int?

    /// The most submissions at a time.
    ///
    /// - Throws: ``ExecutorError/Code/invalidArgument`` where the bound is less than 1.
    func window(_ executor: any FutureExecutor) async throws -> Int {
        guard let inFlight else { return max(16, await 4 * executor.concurrency) }
        guard inFlight >= 1 else {
            throw ExecutorError(
                .invalidArgument, "inFlight is \(inFlight): pass 1 or more, or leave it out to have a bound found")
        }
        return inFlight
    }

    /// The error of an output that was not there in time.
    var timeout: ExecutorError {
        ExecutorError(
            .timedOut, "not all outputs of the map were there within \(limit ?? .zero); what was left is cancelled")
    }
}
