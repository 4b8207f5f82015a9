// SPDX-License-Identifier: Apache-2.0
// Which processes exist, from /proc.

import Foundation

/// Processes of this machine.
enum ProcessTree {
    /// The processes that a process started, and those that they started.
    static func descendants(of root: Int32) -> [Int32] {
        var children: [Int32: [Int32]] = [:]
        for (pid, parent) in parents() { children[parent, default: []].append(pid) }
        var found: [Int32] = []
        var open = [root]
        while let next = open.popLast() {
            for child in children[next] ?? [] {
                found.append(child)
                open.append(child)
            }
        }
        return found
    }

    /// Whether a process runs; one that has ended and was not waited for does not.
    static func runs(_ pid: Int32) -> Bool {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
        return state(stat) != "Z"
    }

    /// Seconds of processor time that a process has used, from clock ticks of 10 ms.
    static func processorSeconds(_ pid: Int32) -> Double? {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return nil }
        let fields = fieldsAfterName(stat)
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
        return (user + system) / 100
    }

    /// The shared memory files that a process has mapped.
    static func sharedMemory(of pid: Int32) -> [String] {
        let maps = (try? String(contentsOfFile: "/proc/\(pid)/maps", encoding: .utf8)) ?? ""
        let paths = maps.split(separator: "\n").compactMap { line in
            line.range(of: "/dev/shm/").map { String(line[$0.lowerBound...]) }
        }
        return Array(Set(paths)).filter { !$0.hasSuffix("(deleted)") }
    }

    private static func parents() -> [(Int32, Int32)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { name in
            guard let pid = Int32(name), let stat = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
                let parent = fieldsAfterName(stat).dropFirst().first.flatMap({ Int32($0) })
            else { return nil }
            return (pid, parent)
        }
    }

    private static func state(_ stat: String) -> String { fieldsAfterName(stat).first.map(String.init) ?? "" }

    /// The fields behind the command, which may contain anything.
    private static func fieldsAfterName(_ stat: String) -> [Substring] {
        guard let end = stat.lastIndex(of: ")") else { return [] }
        return stat[stat.index(after: end)...].split(separator: " ")
    }
}
