// SPDX-License-Identifier: Apache-2.0
// What an executor runs.

/// Work that can run in another process: a value that carries its input and knows how to run.
///
/// The value is encoded where it is submitted and decoded where it runs, so everything that it needs must be in it.
/// Globals that the program set at run time are not set in a worker. The type must be visible outside its file
/// (not `private`, `fileprivate` or local to a function): the worker finds it by name.
public protocol RemoteTask: Codable, Sendable {
    /// What the task returns.
    associatedtype Output: Codable & Sendable

    /// Runs the task; called once per submission on the worker that was chosen (on every member of a gang).
    @concurrent func run() async throws -> Output
}
