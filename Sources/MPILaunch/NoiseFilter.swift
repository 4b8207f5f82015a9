// SPDX-License-Identifier: Apache-2.0
// Takes out of a job's standard error what its launcher says about ranks that failed.

/// A filter of bytes: what the program writes passes unchanged and at once, Open MPI's blocks about a failed rank don't.
///
/// Only the start of a line that could become such a block is held back, and only until the next line tells, or until
/// ``release()``.
package struct NoiseFilter: Sendable {
    /// How a rank ended.
    package enum RankEnd: Sendable, Equatable {
        /// With an exit status.
        case exited(rank: Int, status: Int)
        /// By a signal; without a rank where the launcher does not name it.
        case killed(rank: Int?, signal: Int)
    }

    /// The first rank whose end the launcher spoke of.
    package private(set) var firstEnd: RankEnd?
    /// The exit status that rank 0 reported.
    package private(set) var reportedStatus: Int32?
    /// Whether the launcher stumbled over another one that started at the same moment, before it started anything.
    package private(set) var hasStumbled = false

    private static let tailSize = 1024
    private let token: String?
    private var start: [UInt8] = []
    private var tail: [UInt8] = []
    private var report: [UInt8]?
    private var isBehindReport = false
    private var line: [UInt8] = []
    private var lineIsPassing = false
    private var block = Block.none

    private enum Block {
        case none
        /// A line of dashes came, and the next line tells what it starts.
        case opened([UInt8])
        /// Known noise, up to the next line of dashes.
        case noise
    }

    /// Makes a filter; `token` is what reports on rank 0 start with.
    package init(token: String? = nil) {
        self.token = token
    }

    /// Takes what came in, and returns what is to be passed on.
    package mutating func consume(_ bytes: some Collection<UInt8>) -> [UInt8] {
        lookForStumble(bytes)
        tail = Array((tail + bytes.suffix(Self.tailSize)).suffix(Self.tailSize))
        var output: [UInt8] = []
        for piece in Self.lines(withoutReports(bytes)) { take(piece, &output) }
        return output
    }

    /// Passes on what was held back, for nothing has followed it for a while.
    package mutating func release() -> [UInt8] {
        var output: [UInt8] = []
        if case .opened(let dashes) = block {
            output = dashes
            block = .none
        }
        if let held = report {
            report = nil
            line += [RankReport.mark] + held
        }
        guard !line.isEmpty, case .none = block else { return output }
        output += line
        line = []
        lineIsPassing = true
        return output
    }

    /// Whether something is held back.
    package var isHolding: Bool {
        if case .opened = block { return true }
        return !line.isEmpty || report != nil
    }

    /// Passes on what is left when nothing more comes.
    package mutating func finish() -> [UInt8] {
        let rest = report.map { [RankReport.mark] + $0 } ?? []
        report = nil
        var output: [UInt8] = []
        for piece in Self.lines(rest) { take(piece, &output) }
        if case .noise = block { line = [] }
        return output + release()
    }

    private mutating func take(_ piece: ArraySlice<UInt8>, _ output: inout [UInt8]) {
        let isWhole = piece.last == 10
        if lineIsPassing {
            output += piece
            lineIsPassing = !isWhole
            return
        }
        line += piece
        if isWhole {
            judge(line, &output)
            line = []
        } else if case .noise = block {
            // The rest of the block is on its way.
        } else if !NoiseLine.mayBegin(line, inBlock: isOpened) {
            if case .opened(let dashes) = block { output += dashes }
            block = .none
            output += line
            line = []
            lineIsPassing = true
        }
    }

    private var isOpened: Bool {
        if case .opened = block { return true }
        return false
    }

    private mutating func judge(_ line: [UInt8], _ output: inout [UInt8]) {
        let text = String(decoding: line, as: UTF8.self)
        switch block {
        case .noise:
            if NoiseLine.isDashes(line) { block = .none } else { note(text) }
        case .opened(let dashes):
            if NoiseLine.startsBlock(text) {
                block = .noise
                note(text)
            } else if NoiseLine.isDashes(line) {
                output += dashes
                block = .opened(line)
            } else {
                output += dashes + line
                block = .none
            }
        case .none:
            if NoiseLine.isDashes(line) {
                block = .opened(line)
            } else if !NoiseLine.isNoise(text) {
                output += line
            }
        }
    }

    /// The signal that MPICH's launcher named at the end, where it did; its exit status does not tell it from a status.
    package var lastSignal: Int32? {
        String(decoding: tail, as: UTF8.self).firstMatch(of: /THE EXIT STRING: .*\(signal (\d+)\)/)
            .flatMap { Int32($0.1) }
    }

    /// Looks for the complaint, which comes first of all, in pieces perhaps.
    private mutating func lookForStumble(_ bytes: some Collection<UInt8>) {
        guard !hasStumbled, start.count < 4096 else { return }
        start += bytes.prefix(4096 - start.count)
        hasStumbled = String(decoding: start, as: UTF8.self).contains("orte_session_dir failed")
    }

    /// Keeps what a line of a block says about a rank's end; a status stands two lines below its rank.
    private mutating func note(_ text: String) {
        if let end = NoiseLine.end(text), firstEnd == nil { firstEnd = end }
        if let status = NoiseLine.status(text), case .exited(let rank, -1) = firstEnd {
            firstEnd = .exited(rank: rank, status: status)
        }
    }

    /// Takes reports out, wherever in a line they stand.
    private mutating func withoutReports(_ bytes: some Collection<UInt8>) -> [UInt8] {
        guard let token else { return Array(bytes) }
        let longest = token.utf8.count + 8
        var output: [UInt8] = []
        for byte in bytes {
            // The newline that follows a report belongs to it.
            if isBehindReport {
                isBehindReport = false
                if byte == 10 { continue }
            }
            guard var held = report else {
                if byte == RankReport.mark { report = [] } else { output.append(byte) }
                continue
            }
            if byte != RankReport.mark {
                held.append(byte)
                report = held
                guard held.count > longest else { continue }
                output += [RankReport.mark] + held
                report = nil
            } else if let status = RankReport.status(held, token: token) {
                reportedStatus = status
                report = nil
                isBehindReport = true
            } else {
                output += [RankReport.mark] + held
                report = []
            }
        }
        return output
    }

    /// Splits behind each newline.
    private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 10) {
            lines.append(rest[...end])
            rest = rest[(end + 1)...]
        }
        if !rest.isEmpty { lines.append(rest) }
        return lines
    }
}
