// SPDX-License-Identifier: Apache-2.0
// An error as bytes, and the way back.

/// An encoded error: itself where its type can travel, and always its description.
package struct ErrorPayload: Codable, Sendable {
    /// What travels.
    private enum Content: Codable {
        /// A Swift task was cancelled.
        case cancellation
        /// An error of the machinery, with its cause in an array of at most one (which gives the recursion its indirection).
        case executor(code: ExecutorError.Code, message: String, cause: [ErrorPayload])
        /// An error whose type can travel; the description serves if it doesn't decode.
        case coded(typeName: String, bytes: [UInt8], description: RemoteTaskError)
        /// An error that can't.
        case described(RemoteTaskError)
    }

    private let content: Content

    /// Encodes an error; never fails, because what can't be encoded is described.
    ///
    /// - Parameters:
    ///   - error: what the task threw.
    ///   - worker: the number of the worker that ran the task.
    ///   - host: the host of that worker.
    package init(_ error: any Error, worker: Int? = nil, host: String? = nil) {
        switch error {
        case is CancellationError:
            content = .cancellation
        case let error as ExecutorError:
            let cause = error.cause.map { ErrorPayload($0, worker: worker, host: host) }
            content = .executor(code: error.code, message: error.message, cause: cause.map { [$0] } ?? [])
        case let error as RemoteTaskError:
            content = .described(error)
        case let error as any Error & Codable:
            do {
                let typeName = try TypeName.shippable(erased: type(of: error))
                let description = RemoteTaskError(error, worker: worker, host: host)
                content = .coded(typeName: typeName, bytes: try BinaryEncoder().encode(error), description: description)
            } catch let reason {
                content = .described(
                    RemoteTaskError(
                        error, worker: worker, host: host, underlyingEncodingError: String(describing: reason)))
            }
        default:
            content = .described(RemoteTaskError(error, worker: worker, host: host))
        }
    }

    /// The error, of the type that was thrown where that could travel, else a ``RemoteTaskError``.
    package var error: any Error {
        switch content {
        case .cancellation:
            return CancellationError()
        case .executor(let code, let message, let cause):
            return ExecutorError(code, message, cause: cause.first?.error)
        case .described(let description):
            return description
        case .coded(let typeName, let bytes, let description):
            do {
                guard let type = try TypeName.resolve(typeName) as? any (Error & Codable).Type else {
                    return description
                }
                return try Self.decode(type, from: bytes)
            } catch {
                return RemoteTaskError(
                    typeName: description.typeName, message: description.message, worker: description.worker,
                    host: description.host, underlyingEncodingError: String(describing: error))
            }
        }
    }

    private static func decode<Failure: Error & Codable>(_ type: Failure.Type, from bytes: [UInt8]) throws -> any Error
    {
        try BinaryDecoder().decode(Failure.self, from: bytes)
    }
}
