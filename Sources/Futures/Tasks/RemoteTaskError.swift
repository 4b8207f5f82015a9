// SPDX-License-Identifier: Apache-2.0
// The description of an error that could not travel as itself.

/// What is left of an error that a task threw in another process, where the error's own type could not travel.
///
/// An error travels as itself if it is `Codable` and its type isn't `private`, `fileprivate` or local to a function.
public struct RemoteTaskError: Error, Codable, Hashable, Sendable, CustomStringConvertible {
    /// The readable name of the error's type.
    public let typeName: String
    /// The error's own description.
    public let message: String
    /// The number of the worker that threw it, where there is one.
    public let worker: Int?
    /// The host that it was thrown on, where it is known.
    public let host: String?
    /// Why the error could not travel as itself, although it is `Codable`.
    public let underlyingEncodingError: String?

    /// Describes an error of known parts.
    public init(
        typeName: String, message: String, worker: Int? = nil, host: String? = nil,
        underlyingEncodingError: String? = nil
    ) {
        self.typeName = typeName
        self.message = message
        self.worker = worker
        self.host = host
        self.underlyingEncodingError = underlyingEncodingError
    }

    /// Describes an error.
    package init(_ error: any Error, worker: Int? = nil, host: String? = nil, underlyingEncodingError: String? = nil) {
        self.init(
            typeName: String(describing: type(of: error)), message: String(describing: error), worker: worker,
            host: host,
            underlyingEncodingError: underlyingEncodingError)
    }

    /// The type, the message, where it was thrown and why it didn't travel, on one line.
    public var description: String {
        var text = "\(typeName): \(message)"
        let place = [worker.map { "worker \($0)" }, host].compactMap { $0 }.joined(separator: " on ")
        if !place.isEmpty { text += " [\(place)]" }
        if let underlyingEncodingError { text += " [described only, because: \(underlyingEncodingError)]" }
        return text
    }
}
