// SPDX-License-Identifier: Apache-2.0
// What workers print.

import Dispatch
import Foundation

/// Writes the lines of workers to this process's own streams, whole lines at a time.
///
/// Lines on standard output pass as they are, so that what tasks print can be piped on; lines on standard error carry
/// the worker.
enum OutputRelay {
    /// Writing may block on a slow terminal, which must not hold up a pool.
    private static let queue = DispatchQueue(label: "mpi-futures.output")

    static func write(_ line: String, isError: Bool, worker: Int) {
        queue.async {
            let text = isError ? "[worker \(worker)] \(line)\n" : "\(line)\n"
            let handle = isError ? FileHandle.standardError : FileHandle.standardOutput
            // A closed stream of the program's own is nothing that a pool could mend.
            try? handle.write(contentsOf: Data(text.utf8))
        }
    }

    /// Waits until everything so far is written.
    static func drain() async {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume() }
        }
    }
}
