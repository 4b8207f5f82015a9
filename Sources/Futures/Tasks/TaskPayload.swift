// SPDX-License-Identifier: Apache-2.0
// A task as bytes, and the way back.

/// An encoded task: the name of its type, and its value.
package struct TaskPayload: Equatable, Sendable {
    /// The mangled name of the task's type.
    package let typeName: String
    /// The encoded value.
    package let value: EncodedPayload

    /// A payload of known parts, as it came from another process.
    package init(typeName: String, value: EncodedPayload) {
        self.typeName = typeName
        self.value = value
    }

    /// Encodes a task.
    ///
    /// - Throws: ``ExecutorError`` with code `typeNotShippable` if its type has no name that another process can find, and
    ///   `encodingFailed` with the cause if it doesn't encode.
    package static func encode<Work: RemoteTask>(_ task: Work) throws(ExecutorError) -> TaskPayload {
        let name = try TypeName.shippable(Work.self)
        do {
            return TaskPayload(typeName: name, value: try BinaryEncoder().encodePayload(task))
        } catch {
            throw Self.error(.encodingFailed, "The task \(Work.self), with its input, could not be encoded", error)
        }
    }

    /// Decodes the task.
    ///
    /// - Throws: ``ExecutorError`` with code `decodingFailed` if the type isn't known here or the bytes aren't such a task, and
    ///   `imageMismatch` if the task is a closure of another program.
    package func task() throws(ExecutorError) -> any RemoteTask {
        try Self.decode(try TypeName.resolveTask(typeName), from: value)
    }

    /// Decodes the task, runs it here and encodes its output.
    ///
    /// - Throws: what the task throws, as it is; ``ExecutorError`` as ``task()`` does; and ``ExecutorError`` with code
    ///   `encodingFailed` if the output doesn't encode.
    @concurrent package func run() async throws -> EncodedPayload {
        try await Self.run(try task())
    }

    /// Decodes what ``run()`` returned in another process.
    ///
    /// - Throws: ``ExecutorError`` with code `decodingFailed` if it isn't an output of the task.
    package static func output<Work: RemoteTask>(
        of task: Work.Type, from value: EncodedPayload
    ) throws(ExecutorError) -> Work.Output {
        do {
            return try BinaryDecoder().decode(Work.Output.self, from: value)
        } catch {
            throw Self.error(
                .decodingFailed, "The output \(Work.Output.self) of the task \(Work.self) could not be decoded", error)
        }
    }

    /// Encodes a task's output.
    ///
    /// - Throws: ``ExecutorError`` with code `encodingFailed`.
    package static func encodeOutput<Work: RemoteTask>(
        _ output: Work.Output, of task: Work.Type
    ) throws(ExecutorError) -> EncodedPayload {
        do {
            return try BinaryEncoder().encodePayload(output)
        } catch {
            throw Self.error(
                .encodingFailed, "The output \(Work.Output.self) of the task \(Work.self) could not be encoded", error)
        }
    }

    @concurrent private static func run<Work: RemoteTask>(_ task: Work) async throws -> EncodedPayload {
        try encodeOutput(try await task.run(), of: Work.self)
    }

    private static func decode<Work: RemoteTask>(_ type: Work.Type, from value: EncodedPayload) throws(ExecutorError)
        -> any RemoteTask
    {
        do {
            return try BinaryDecoder().decode(Work.self, from: value)
        } catch {
            throw Self.error(.decodingFailed, "The task \(Work.self), with its input, could not be decoded", error)
        }
    }

    /// The machinery's own errors say more than the coder could; all others become the cause.
    private static func error(_ code: ExecutorError.Code, _ message: String, _ cause: any Error) -> ExecutorError {
        cause as? ExecutorError ?? ExecutorError(code, message + ".", cause: cause)
    }
}
