// SPDX-License-Identifier: Apache-2.0
// How the processes of an executor come to be.

import Futures

/// How the processes of an executor come to be.
public struct Strategy: Sendable, Hashable, CustomStringConvertible {
    /// The strategies that can be in force.
    enum Concrete: String, Sendable, CaseIterable {
        case local, dynamic, masterWorker, syncro
    }

    /// The name that leaves the choice to the environment.
    static let automaticName = "automatic"

    /// What is meant; `nil` leaves the choice to the environment.
    let concrete: Concrete?

    /// Chosen from the environment.
    public static let automatic = Strategy(nil)
    /// The program is no MPI process and starts workers on demand.
    public static let dynamic = Strategy(.dynamic)
    /// Tasks run in this process, without MPI.
    public static let local = Strategy(.local)
    /// An MPI launcher started all processes; rank 0 runs the program, the other ranks are its workers.
    public static let masterWorker = Strategy(.masterWorker)
    /// An MPI launcher started all processes, and each runs the program.
    public static let syncro = Strategy(.syncro)

    /// The strategy's name, as it stands in an environment variable.
    public var description: String { concrete?.rawValue ?? Self.automaticName }

    init(_ concrete: Concrete?) { self.concrete = concrete }

    /// Reads a strategy's name, as it stands in an environment variable.
    ///
    /// - Throws: ``Futures/ExecutorError/Code/invalidArgument`` with the allowed names.
    init(named name: String, from variable: String) throws(ExecutorError) {
        if let concrete = Concrete(rawValue: name) {
            self.concrete = concrete
        } else if name == Self.automaticName {
            concrete = nil
        } else {
            let allowed = [Self.automaticName] + Concrete.allCases.map(\.rawValue)
            throw ExecutorError(
                .invalidArgument,
                "\(variable) is \"\(name)\": set it to one of \(allowed.joined(separator: ", ")), or unset it")
        }
    }
}
