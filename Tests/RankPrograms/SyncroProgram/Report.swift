// SPDX-License-Identifier: Apache-2.0
// What the cases find, as lines for the test that reads them.

import Foundation
import Futures
import Synchronization

/// The lines of this rank.
enum Report {
    private static let failures = Atomic<Int>(0)
    private static let file = Mutex(FileHandle.standardOutput)
    private static let rank = ProcessInfo.processInfo.environment["OMPI_COMM_WORLD_RANK"] ?? "0"

    /// Writes the lines to a file of this rank's: the launcher tears lines apart when several ranks print many.
    static func open(in directory: String) throws {
        let path = "\(directory)/rank-\(rank)"
        try Data().write(to: URL(filePath: path))
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        file.withLock { $0 = handle }
    }

    /// Whether every check of this rank held.
    static var isClean: Bool { failures.load(ordering: .relaxed) == 0 }

    /// Records a check.
    static func expect(_ condition: Bool, _ name: String) {
        if condition { write("ok [\(rank)] \(name)") } else { fail(name) }
    }

    /// Records a check on two values; the line of a failure shows both.
    static func equal<Value: Equatable>(_ value: Value, _ expected: Value, _ name: String) {
        if value == expected {
            expect(true, name)
        } else {
            fail("\(name): \("\(value)".prefix(300)) instead of \("\(expected)".prefix(300))")
        }
    }

    /// Records that an error is of the machinery's, with a code and words in its message.
    static func error(_ error: (any Error)?, _ code: ExecutorError.Code, _ words: [String], _ name: String) {
        guard let error = error as? ExecutorError, error.code == code else {
            return fail("\(name): \(error.map { "\($0)" } ?? "no error") instead of \(code)")
        }
        let missing = words.filter { !error.message.contains($0) }
        expect(missing.isEmpty, missing.isEmpty ? name : "\(name): no \(missing) in \(error.message)")
    }

    /// Records a failure.
    static func fail(_ name: String) {
        failures.add(1, ordering: .relaxed)
        write("FAILED [\(rank)] \(name)")
    }

    /// Writes a figure that nothing depends on.
    static func note(_ text: String) { write("note [\(rank)] \(text)") }

    /// Writes the last line.
    static func finish() { write("done [\(rank)]") }

    private static func write(_ line: String) {
        file.withLock { $0.write(Data((line + "\n").utf8)) }
    }
}

extension Result {
    /// The error, where it is one.
    var error: Failure? { if case .failure(let error) = self { error } else { nil } }
}
