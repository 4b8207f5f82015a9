// SPDX-License-Identifier: Apache-2.0
// A program of top-level code that tries to ship closures which read a top-level variable.

import Futures

let factor = CommandLine.arguments.count

/// Prints whether a task could be made.
func report(_ label: String, _ make: () throws -> some RemoteTask) {
    do {
        _ = try make()
        print("\(label): ships")
    } catch {
        print("\(label): \(error)")
    }
}

report("direct") { try ClosureTask(20) { $0 * factor } }
report("forwarded") { try forward(21) { $0 * factor } }
if factor > 0 {
    for _ in 0..<1 {
        report("in a loop") { try forward(22) { $0 * factor + 1 } }
    }
}
