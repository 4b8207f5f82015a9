// SPDX-License-Identifier: Apache-2.0
// Who of a gang has left it.

import Futures

/// Collects, at the rank that leads a collective task, what its members say; a pure machine.
///
/// The task has ended when all members have left it regularly, or with the first error. A member may report before
/// this rank has made the submission.
struct GangTally: Sendable {
    /// What follows from a report.
    enum Verdict: Sendable, Equatable {
        /// Members are still at it.
        case wait
        /// The task has ended with the leader's output.
        case succeeded(EncodedPayload)
        /// The task has ended with this error; the members still at it must be told.
        case failed([UInt8], toTell: [Int])
    }

    private struct Gang: Sendable {
        /// Those who have not left, once the gang is known.
        var remaining: Set<Int>?
        /// Those who left before.
        var left: Set<Int> = []
        var output = EncodedPayload()
        var error: [UInt8]?
        var label = ""
        /// When the task ended although members were still at it.
        var ended: Duration?
    }

    private let rank: Int
    private var gangs: [UInt64: Gang] = [:]

    /// The tally of a leader.
    init(rank: Int) { self.rank = rank }

    /// Whether nobody is in a gang that this rank leads.
    var isEmpty: Bool { gangs.isEmpty }

    /// This rank starts to lead a gang.
    mutating func begin(_ number: UInt64, members: [Int], label: String, now: Duration) -> Verdict {
        var gang = gangs[number] ?? Gang()
        gang.remaining = Set(members).subtracting(gang.left)
        gang.label = label
        gangs[number] = gang
        return judge(number, now: now)
    }

    /// A member has left; with an error or, the leader, with the output.
    mutating func left(
        _ number: UInt64, by member: Int, error: [UInt8]?, output: EncodedPayload = EncodedPayload(),
        now: Duration
    ) -> Verdict {
        var gang = gangs[number] ?? Gang()
        gang.left.insert(member)
        gang.remaining?.remove(member)
        if member == rank { gang.output = output }
        if gang.error == nil { gang.error = error }
        gangs[number] = gang
        return judge(number, now: now)
    }

    /// The task has ended for another reason than its members; those still at it are returned.
    mutating func end(_ number: UInt64, now: Duration) -> [Int] {
        guard let gang = gangs[number], gang.ended == nil else { return [] }
        gangs[number]?.ended = now
        return (gang.remaining ?? []).sorted()
    }

    /// A member of a gang that failed long ago and has not left it.
    func stuck(now: Duration, patience: Duration, _ hasBegun: (UInt64, Int) -> Bool) -> (label: String, rank: Int)? {
        for (number, gang) in gangs {
            guard let ended = gang.ended, now - ended > patience else { continue }
            if let member = gang.remaining?.sorted().first(where: { hasBegun(number, $0) }) {
                return (gang.label, member)
            }
        }
        return nil
    }

    private mutating func judge(_ number: UInt64, now: Duration) -> Verdict {
        guard var gang = gangs[number], let remaining = gang.remaining else { return .wait }
        defer { gangs[number] = remaining.isEmpty ? nil : gang }
        guard gang.ended == nil else { return .wait }
        if let error = gang.error {
            gang.ended = now
            return .failed(error, toTell: remaining.sorted())
        }
        return remaining.isEmpty ? .succeeded(gang.output) : .wait
    }
}
