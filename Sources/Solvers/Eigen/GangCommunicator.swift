// SPDX-License-Identifier: Apache-2.0
// How a solver task finds the communicator of its gang.

internal import Futures

/// The communicator of a gang, as far as the solvers are concerned; a collective task's context carries one.
package protocol GangCommunicator: Sendable {
    /// The `MPI_Comm`.
    var rawHandle: OpaquePointer { get }
}
