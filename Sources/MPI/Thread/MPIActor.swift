// SPDX-License-Identifier: Apache-2.0
// The global actor of the MPI thread.

/// The global actor whose code runs on ``MPIThread/shared``.
///
/// ```swift
/// @MPIActor func norm(_ x: [Double], _ communicator: Communicator) throws -> Double { … }
/// ```
@globalActor
public actor MPIActor {
    /// The actor's only instance.
    public static let shared = MPIActor()

    private init() {}

    /// The MPI thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        MPIThread.shared.asUnownedSerialExecutor()
    }

    /// Runs a body on the MPI thread and returns its value.
    @MPIActor
    public static func run<Value: Sendable>(_ body: @MPIActor () throws -> Value) async rethrows -> Value {
        try body()
    }
}
