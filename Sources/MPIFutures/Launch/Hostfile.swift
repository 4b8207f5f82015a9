// SPDX-License-Identifier: Apache-2.0
// Files that list hosts.

import Foundation
import Futures

/// Reads the hostfiles of Open MPI (`node1 slots=4`) and of MPICH (`node1:4`).
enum Hostfile {
    /// Reads a file.
    ///
    /// - Throws: ``Futures/ExecutorError/Code/invalidArgument`` naming the variable, the file and the line.
    static func read(_ path: String) throws(ExecutorError) -> [Allocation.Host] {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw ExecutorError(
                .invalidArgument,
                "\(PoolEnvironment.hostfile) is \"\(path)\", which can't be read: set it to a file with a host in each line "
                    + "(`node1 slots=4`), or unset it",
                cause: error)
        }
        return try parse(text, path: path)
    }

    /// Reads the text of a file; a host that is named twice has the slots of both lines.
    static func parse(_ text: String, path: String) throws(ExecutorError) -> [Allocation.Host] {
        var hosts: [Allocation.Host] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" || $0 == "\r" }
            guard let first = words.first else { continue }
            guard let host = host(first, words.dropFirst()) else {
                throw ExecutorError(
                    .invalidArgument,
                    "\(PoolEnvironment.hostfile): line \(number + 1) of \(path) is \"\(line)\", where a host and its slots "
                        + "are expected, as in `node1 slots=4` or `node1:4`")
            }
            if let index = hosts.firstIndex(where: { $0.name == host.name }) {
                hosts[index].slots += host.slots
            } else {
                hosts.append(host)
            }
        }
        guard !hosts.isEmpty else {
            throw ExecutorError(
                .invalidArgument,
                "\(PoolEnvironment.hostfile) is \"\(path)\", which names no host: add lines such as "
                    + "`node1 slots=4`, or unset the variable")
        }
        return hosts
    }

    private static func host(_ first: Substring, _ settings: ArraySlice<Substring>) -> Allocation.Host? {
        let parts = first.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, !name.isEmpty else { return nil }
        var slots = parts.count == 2 ? Int(parts[1]) : 1
        for setting in settings {
            let pair = setting.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { return nil }
            // Others, such as Open MPI's `max_slots`, are the launcher's business.
            if pair[0] == "slots" || pair[0] == "count" || pair[0] == "cpu" { slots = Int(pair[1]) }
        }
        guard let slots, 1...PoolEnvironment.largestPool ~= slots else { return nil }
        return Allocation.Host(name: String(name), slots: slots)
    }
}
