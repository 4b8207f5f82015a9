// SPDX-License-Identifier: Apache-2.0
// What Open MPI's remarks about failed ranks look like.

/// Knows the lines that Open MPI 4 and 5 print when ranks fail.
enum NoiseLine {
    /// How the second line of a block about a failed rank starts; the first is dashes.
    private static let starts = [
        "Primary job  terminated normally, but ", "mpirun detected that one or more processes exited",
        "mpirun noticed that process rank ", "mpirun has exited due to process rank ",
        "prterun detected that one or more processes exited", "prterun noticed that process rank ",
        "MPI_ABORT was invoked on rank ", "prterun has exited due to process rank ",
    ]
    /// Lines outside of blocks; behind a host and a process number, where the flag is set.
    private static let lines: [(start: String, hasHost: Bool)] = [
        ("mpirun: Forwarding signal ", false), ("prterun: Forwarding signal ", false),
        ("PMIX ERROR: BAD-PARAM in file ../../../src/event/pmix_event_notification.c", true),
        ("Set MCA parameter \"orte_base_help_aggregate\" to 0", true),
    ]
    private static let dashes = [UInt8](repeating: 45, count: 74)

    /// Whether a line is one that blocks start and end with.
    static func isDashes(_ line: [UInt8]) -> Bool { line == dashes + [10] }

    /// Whether the start of a line may become noise.
    static func mayBegin(_ line: [UInt8], inBlock: Bool) -> Bool {
        if isPrefix(line, dashes) { return true }
        let text = String(decoding: line, as: UTF8.self)
        if inBlock, starts.contains(where: { $0.hasPrefix(text) || text.hasPrefix($0) }) { return true }
        if lines.contains(where: { !$0.hasHost && ($0.start.hasPrefix(text) || text.hasPrefix($0.start)) }) {
            return true
        }
        // `[host:123] `, and what may follow it.
        guard text.first == "[", text.utf8.count < 400 else { return false }
        guard let rest = behindHost(text) else { return !text.contains("]") && !text.contains(" ") }
        return rest.isEmpty || rest.hasPrefix("[") || isAboutHelp(rest) || rest.allSatisfy(\.isNumber)
            || lines.contains { $0.hasHost && ($0.start.hasPrefix(rest) || rest.hasPrefix($0.start)) }
    }

    /// Whether a line behind dashes starts a block about a failed rank.
    static func startsBlock(_ text: String) -> Bool { starts.contains { text.hasPrefix($0) } }

    /// Whether a line outside of blocks is noise.
    static func isNoise(_ text: String) -> Bool {
        if lines.contains(where: { !$0.hasHost && text.hasPrefix($0.start) }) { return true }
        guard text.first == "[", let rest = behindHost(text) else { return false }
        // The message of a rank that died while it wrote one.
        if rest.contains("ORTE_ERROR_LOG: Data unpack would read past end of buffer"), rest.contains("show_help.c") {
            return true
        }
        return isAboutHelp(rest) || lines.contains { $0.hasHost && rest.hasPrefix($0.start) }
    }

    /// The end of a rank that a line of a block speaks of; the status is -1 where another line has it.
    static func end(_ text: String) -> NoiseFilter.RankEnd? {
        if let match = text.firstMatch(of: /process rank (\d+) .*exited on signal (\d+)/),
            let rank = Int(match.1), let signal = Int(match.2)
        {
            return .killed(rank: rank, signal: signal)
        }
        if let match = text.firstMatch(of: /Process name: \[.*\],(\d+)\]/), let rank = Int(match.1) {
            return .exited(rank: rank, status: -1)
        }
        if let match = text.firstMatch(of: /MPI_ABORT was invoked on rank (\d+)/), let rank = Int(match.1) {
            return .exited(rank: rank, status: -1)
        }
        return nil
    }

    /// The exit status that a line of a block names.
    static func status(_ text: String) -> Int? {
        text.firstMatch(of: /Exit code: +(\d+)|with errorcode (\d+)/).flatMap { Int($0.1 ?? $0.2 ?? "") }
    }

    private static func isPrefix(_ line: [UInt8], _ whole: [UInt8]) -> Bool {
        line.count <= whole.count && whole.prefix(line.count).elementsEqual(line)
    }

    /// `2 more processes have sent help message …`, or the start of it.
    private static func isAboutHelp(_ rest: Substring) -> Bool {
        let words = rest.drop { $0.isNumber }
        guard words.startIndex != rest.startIndex else { return false }
        return [" more process has sent help message ", " more processes have sent help message "].contains {
            words.hasPrefix($0) || $0.hasPrefix(words)
        }
    }

    /// What stands behind `[host:123] `.
    private static func behindHost(_ text: String) -> Substring? {
        guard let close = text.firstIndex(of: "]") else { return nil }
        let inside = text[..<close].dropFirst().split(separator: ":")
        guard inside.count == 2, Int(inside[1]) != nil else { return nil }
        let rest = text[text.index(after: close)...]
        return rest.isEmpty ? "" : rest.first == " " ? rest.dropFirst() : nil
    }
}
