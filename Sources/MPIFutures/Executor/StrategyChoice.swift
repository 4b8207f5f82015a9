// SPDX-License-Identifier: Apache-2.0
// Which strategy is in force, and why.

import Futures

/// The outcome of choosing a strategy.
struct StrategyChoice: Sendable, Equatable {
    /// What is in force.
    let kind: Strategy.Concrete
    /// Why, in words.
    let reason: String

    /// The strategy as users name it.
    var strategy: Strategy { Strategy(kind) }

    /// Chooses: what the code asks for, else what the environment names, else a pool on this host.
    ///
    /// - Throws: ``Futures/ExecutorError/Code/invalidArgument`` where the variable is malformed.
    init(asked: Strategy, environment: [String: String]) throws(ExecutorError) {
        if let kind = asked.concrete {
            self.kind = kind
            reason = "asked for by the program"
        } else if let name = environment[PoolEnvironment.strategy],
            let kind = try Strategy(named: name, from: PoolEnvironment.strategy).concrete
        {
            self.kind = kind
            reason = "\(PoolEnvironment.strategy) names it"
        } else {
            kind = .dynamic
            reason = "no MPI launcher started this program"
        }
    }
}
