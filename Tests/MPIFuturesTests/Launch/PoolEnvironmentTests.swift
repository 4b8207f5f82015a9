// SPDX-License-Identifier: Apache-2.0
// The environment variables that the library reads, and the directory that it makes.

import Foundation
import Futures
import MPILaunch
import Testing

@testable import MPIFutures

@Suite struct PoolEnvironmentTests {
    @Test func prefersWhatIsAskedFor() throws {
        #expect(try PoolEnvironment.workerCount(3, [:]) == 3)
        #expect(try PoolEnvironment.workerCount(3, ["MPIFUTURES_WORKERS": "5"]) == 3)
        #expect(try PoolEnvironment.workerCount(nil, ["MPIFUTURES_WORKERS": "5"]) == 5)
        #expect(try PoolEnvironment.workerCount(nil, ["MPIFUTURES_WORKERS": "65536"]) == 65536)
        #expect(try PoolEnvironment.workerCount(nil, [:]) == PhysicalCores.count)
        #expect(1...ProcessInfo.processInfo.activeProcessorCount ~= PhysicalCores.count)
    }

    @Test(arguments: [0, -1, 65_537, .min, .max])
    func refusesOtherCounts(asked: Int) {
        let error = #expect(throws: ExecutorError.self) { try PoolEnvironment.workerCount(asked, [:]) }
        #expect(error == ExecutorError(.invalidArgument, "\(asked) workers: a pool has 1 to 65536 workers"))
    }

    @Test(arguments: ["0", "-1", "abc", "", "65537", "99999999999999999999", "2.5", " 2", "2 "])
    func refusesOtherTexts(text: String) {
        let error = #expect(throws: ExecutorError.self) {
            try PoolEnvironment.workerCount(nil, ["MPIFUTURES_WORKERS": text])
        }
        #expect(error?.code == .invalidArgument)
        #expect(
            error?.message
                == "MPIFUTURES_WORKERS is \"\(text)\": set it to a whole number from 1 to 65536, or unset it for one worker "
                + "per physical core")
    }

    @Test func knowsItsStrategies() throws {
        #expect(try Strategy(named: "dynamic", from: "MPIFUTURES_STRATEGY") == .dynamic)
        #expect(try Strategy(named: "automatic", from: "MPIFUTURES_STRATEGY") == .automatic)
        for name in ["", "Dynamic", "spawn"] {
            let error = #expect(throws: ExecutorError.self) { try Strategy(named: name, from: "MPIFUTURES_STRATEGY") }
            #expect(error?.code == .invalidArgument)
            #expect(
                error?.message.hasPrefix("MPIFUTURES_STRATEGY is \"\(name)\": set it to one of automatic, ") == true)
        }
    }

    @Test func makesADirectoryForItsUserOnly() throws {
        let directory = try PoolDirectory()
        let attributes = try FileManager.default.attributesOfItem(atPath: directory.path)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
        #expect(attributes[.type] as? FileAttributeType == .typeDirectory)
        #expect(directory.socket == "\(directory.path)/pool")
        #expect(directory.socket.utf8.count <= 107, "the longest name of a socket")
        let other = try PoolDirectory()
        #expect(other.path != directory.path)
        other.remove()
        _ = FileManager.default.createFile(atPath: directory.socket, contents: nil)
        directory.remove()
        #expect(!FileManager.default.fileExists(atPath: directory.path))
        directory.remove()
    }

    @Test func removesDirectoriesOfProgramsThatAreGone() throws {
        let gone = Process()
        gone.executableURL = URL(fileURLWithPath: "/bin/true")
        try gone.run()
        gone.waitUntilExit()
        let first = try PoolDirectory()
        defer { first.remove() }
        let base = URL(fileURLWithPath: first.path).deletingLastPathComponent().path
        let stale = "\(base)/mpifutures-\(gone.processIdentifier)-abcdef"
        let alive = "\(base)/mpifutures-1-abcdef"
        let strange = "\(base)/mpifutures-x-abcdef"
        for path in [stale, alive, strange] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            _ = FileManager.default.createFile(atPath: "\(path)/pool", contents: nil)
        }
        try PoolDirectory().remove()
        #expect(!FileManager.default.fileExists(atPath: stale))
        for path in [alive, strange] {
            #expect(FileManager.default.fileExists(atPath: "\(path)/pool"))
            try FileManager.default.removeItem(atPath: path)
        }
    }
}
