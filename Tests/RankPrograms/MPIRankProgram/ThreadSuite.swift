// SPDX-License-Identifier: Apache-2.0
// Where operations may be called.

import Foundation
import MPI
import Synchronization

/// The suite runs in a task that prefers the MPI thread: that is how collective tasks run.
enum ThreadSuite {
    /// Runs the suite; collective.
    static func run(on world: Communicator) throws {
        Checks.expect(MPIThread.shared.isCurrent, "a task that prefers the MPI thread runs on it")
        Checks.expect(MPIRuntime.shared.phase == .initialized, "MPI runs")
        Checks.expect(MPIRuntime.shared.threadSupport >= .funneled, "MPI may be called on one thread of many")
        try MPIThread.shared.runInitialize()
        Checks.expect(true, "a second start does nothing")
        Checks.expect(world.isValid && world.name == "world", "world is valid")
        Checks.expect((0..<world.size).contains(world.rank), "the rank is below the size")
        Checks.expect(try world.rawHandle == world.rawHandle, "there is a handle for C libraries")
        checkCodes()
        let seen = Mutex<[MPIError.Code?]>([])
        let thread = Thread {
            let operation = Result { try world.barrier() }
            let start = Result { try MPIThread.shared.runInitialize() }
            seen.withLock { seen in
                for case .failure(let error) in [operation, start] { seen.append((error as? MPIError)?.code) }
                seen.append(nil)
            }
        }
        thread.start()
        while seen.withLock({ $0.isEmpty }) { usleep(200) }
        Checks.equal(seen.withLock { $0 }, [.wrongThread, .wrongThread, nil], "other threads are refused")
    }

    /// The numbers that this library gives to MPI's classes are those of the MPI library.
    private static func checkCodes() {
        let words: [(MPIError.Code, String)] = [
            (.truncate, "TRUNCATE"), (.count, "COUNT"), (.rank, "RANK"), (.communicator, "COMM"), (.internal, "INTERN"),
        ]
        for (code, word) in words {
            Checks.equal(MPIError.errorClass(of: code.rawValue), code, "class of \(code)")
            Checks.expect(MPIError.text(of: code.rawValue).contains(word), "text of \(code)")
        }
    }
}
