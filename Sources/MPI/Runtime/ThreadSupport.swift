// SPDX-License-Identifier: Apache-2.0
// The levels of thread support that MPI knows.

/// How many threads may call MPI, and when (MPI 3.1 §12.4.3); the raw values are those of `CMPI_thread_level`.
package enum ThreadSupport: Int32, Sendable, Comparable {
    /// The process has one thread only.
    case single = 0
    /// The thread that started MPI is the only one that calls it.
    case funneled = 1
    /// Any thread may call, one at a time.
    case serialized = 2
    /// Any thread may call at any time.
    case multiple = 3

    /// A lower level allows less.
    package static func < (lhs: ThreadSupport, rhs: ThreadSupport) -> Bool {
        lhs.rawValue < rhs.rawValue
    }
}
