// SPDX-License-Identifier: Apache-2.0
// How the ranks of a gang fail together.

internal import Futures
package import MPI

extension Communicator {
    /// Runs a local body on every rank and goes on only where it succeeded on all of them.
    ///
    /// Collective over the communicator. For whatever may fail on one rank alone, before the ranks enter something
    /// together that none of them could leave alone.
    ///
    /// - Throws: On a rank whose body threw, that error. On the others the error of the lowest rank that failed, as a
    ///   future would give it: itself where its type can travel, else a `RemoteTaskError`.
    package func agree<Value>(_ body: () throws -> Value) throws -> Value {
        let outcome = Result { try body() }
        var own = size
        if case .failure = outcome { own = rank }
        let lowest = try allReduce(own, .min)
        guard lowest < size else { return try outcome.get() }
        var bytes: [UInt8] = []
        if case .failure(let error) = outcome, lowest == rank {
            bytes = try BinaryEncoder().encode(ErrorPayload(error, worker: TaskContext.current?.worker))
        }
        bytes = try broadcast(bytes, root: lowest)
        if case .failure(let error) = outcome { throw error }
        throw try BinaryDecoder().decode(ErrorPayload.self, from: bytes).error
    }
}
