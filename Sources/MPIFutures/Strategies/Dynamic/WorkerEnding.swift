// SPDX-License-Identifier: Apache-2.0
// How a worker's end is told.

import Foundation

/// Describes the ends of processes.
enum WorkerEnding {
    private static let names: [Int32: String] = [
        SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGHUP: "SIGHUP", SIGILL: "SIGILL",
        SIGINT: "SIGINT", SIGKILL: "SIGKILL", SIGPIPE: "SIGPIPE", SIGQUIT: "SIGQUIT", SIGSEGV: "SIGSEGV",
        SIGTERM: "SIGTERM", SIGTRAP: "SIGTRAP", SIGXCPU: "SIGXCPU",
    ]

    /// A clause that follows the worker's name.
    ///
    /// - Parameter lines: What the worker printed last on standard error.
    static func describe(_ end: WorkerEnd?, _ lines: [String] = []) -> String {
        guard let end else { return "was lost: its connection ended without a report of how" }
        guard end.signal != 0 else { return "left with exit status \(end.status) before its task was done" }
        let signal = names[end.signal] ?? "signal \(end.signal)"
        var text = "was ended by \(signal)"
        // A Swift trap ends the process by an illegal or a trap instruction after it has said why.
        if let trap = lines.last(where: { $0.contains("Fatal error") || $0.contains("Precondition failed") }) {
            text += ": \(trap)"
        } else if end.signal == SIGKILL {
            text += " (somebody sent it, or the machine ran out of memory)"
        }
        return text
    }
}
