// SPDX-License-Identifier: Apache-2.0
// How the processes of an executor come to be.

import Futures

/// How the processes of an executor come to be.
public struct Strategy: Sendable, Hashable, CustomStringConvertible {
    private enum Kind: String, CaseIterable {
        case automatic, dynamic
    }

    private let kind: Kind

    /// Chosen from the environment.
    public static let automatic = Strategy(kind: .automatic)
    /// The program is no MPI process and starts workers on demand.
    public static let dynamic = Strategy(kind: .dynamic)

    /// The strategy's name.
    public var description: String { kind.rawValue }

    private init(kind: Kind) { self.kind = kind }

    /// Reads a strategy's name, as it stands in an environment variable.
    ///
    /// - Throws: ``Futures/ExecutorError/Code/invalidArgument`` with the allowed names.
    init(named name: String, from variable: String) throws(ExecutorError) {
        guard let kind = Kind(rawValue: name) else {
            let allowed = Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw ExecutorError(
                .invalidArgument, "\(variable) is \"\(name)\": set it to one of \(allowed), or unset it")
        }
        self.kind = kind
    }
}
