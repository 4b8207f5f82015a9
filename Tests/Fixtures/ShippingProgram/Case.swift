// SPDX-License-Identifier: Apache-2.0
// One line of the table of what ships.

import Futures

/// A task that is encoded here and run in another process.
struct Case {
    /// What should become of it.
    enum Expectation: String {
        /// It must be encoded, and give the answer elsewhere.
        case ships
        /// It must be refused.
        case refused
        /// A context comes and goes with the optimiser: either is right, but a wrong answer isn't.
        case either
    }

    let expectation: Expectation
    let name: String
    /// The answer in the other process.
    let answer: String
    let make: () throws -> TaskPayload

    /// The whole table.
    static var all: [Case] {
        get async {
            await literals + places() + tasks + refusedCaptures() + refusedTypes + converted()
        }
    }

    /// A case whose task is made and encoded when its turn comes.
    init(
        _ expectation: Expectation, _ name: String, answer: String = "", _ make: @escaping () throws -> some RemoteTask
    ) {
        self.expectation = expectation
        self.name = name
        self.answer = answer
        self.make = { try TaskPayload.encode(make()) }
    }
}
