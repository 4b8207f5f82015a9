// SPDX-License-Identifier: Apache-2.0
// What the suites find, as lines for the test that reads them.

import Foundation
import MPI
import Synchronization

/// The checks of this rank.
enum Checks {
    private static let failures = Atomic<Int>(0)
    private static let passes = Atomic<Int>(0)
    private static let file = Mutex(FileHandle.standardOutput)
    private static let rank = ProcessInfo.processInfo.environment["OMPI_COMM_WORLD_RANK"] ?? "0"

    /// Writes the lines to a file of this rank's: the launcher tears lines apart when several ranks print many.
    static func open(in directory: String) throws {
        let path = "\(directory)/rank-\(rank)"
        try Data().write(to: URL(filePath: path))
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        file.withLock { $0 = handle }
    }

    /// Records a check and writes its line.
    static func expect(_ condition: Bool, _ name: String) {
        if condition {
            passes.add(1, ordering: .relaxed)
            write("ok [\(rank)] \(name)")
        } else {
            fail(name)
        }
    }

    /// Records a check on two values; the line of a failure shows both.
    static func equal<Value: Equatable>(_ value: Value, _ expected: Value, _ name: String) {
        if value == expected {
            expect(true, name)
        } else {
            fail("\(name): \("\(value)".prefix(200)) instead of \("\(expected)".prefix(200))")
        }
    }

    /// Records that a body throws an error with a code.
    static func throwing(_ code: MPIError.Code, _ name: String, _ body: () throws -> Void) {
        do {
            try body()
            fail("\(name): nothing was thrown instead of \(code)")
        } catch {
            equal((error as? MPIError)?.code, code, name)
        }
    }

    /// Records a failure.
    static func fail(_ name: String) {
        failures.add(1, ordering: .relaxed)
        write("FAILED [\(rank)] \(name)")
    }

    /// Writes a figure that nothing depends on.
    static func note(_ text: String) {
        write("note [\(rank)] \(text)")
    }

    /// Writes the last line and ends the process.
    static func finish() -> Never {
        let failed = failures.load(ordering: .relaxed)
        write("done [\(rank)] \(passes.load(ordering: .relaxed)) passed, \(failed) failed")
        exit(failed == 0 ? 0 : 1)
    }

    private static func write(_ line: String) {
        file.withLock { $0.write(Data((line + "\n").utf8)) }
    }
}
