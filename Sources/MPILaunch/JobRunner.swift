// SPDX-License-Identifier: Apache-2.0
// Runs a job from its start to its end.

import CJobProcess
import Glibc

/// Runs one launcher, passes signals on to it, and cleans its standard error.
///
/// Standard input and output are the launcher's own. It has a process group of its own, so that a signal comes to it
/// once, from here. In the foreground of a terminal, which it may read from, it stays in this process's group: what keys
/// send comes to both, and is not passed on.
package struct JobRunner {
    /// How long a line that might become noise is held back.
    private static let patience: Int32 = 100
    /// How often a launcher that stumbled over another one is started again.
    private static let repetitions = 4

    private let plan: JobPlan
    private let signals: Int32
    private let isInForeground: Bool
    private var filter: NoiseFilter
    private var pid: pid_t = 0
    private var ending: Int32?
    private var deadline: Int64?

    /// Runs a job.
    ///
    /// - Returns: The exit status of the program: 128 and the signal where one ended it.
    /// - Throws: ``LaunchError`` where the launcher can't be run.
    package static func run(_ plan: JobPlan) throws(LaunchError) -> Int32 {
        let signals = CJobProcess_catchSignals()
        guard signals >= 0 else {
            throw LaunchError(.system, "signals can't be received: \(String(cString: strerror(errno)))")
        }
        defer { close(signals) }
        for attempt in 0...repetitions {
            var runner = JobRunner(plan, signals: signals)
            let status = try runner.run()
            // Open MPI 4.1 does not survive that another one makes the same directory at the same moment.
            if !runner.filter.hasStumbled || runner.ending != nil || attempt == repetitions { return status }
        }
        return 1
    }

    private init(_ plan: JobPlan, signals: Int32) {
        self.plan = plan
        self.signals = signals
        filter = NoiseFilter(token: plan.token)
        isInForeground = isatty(STDIN_FILENO) == 1 && tcgetpgrp(STDIN_FILENO) == getpgrp()
    }

    private mutating func run() throws(LaunchError) -> Int32 {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else {
            throw LaunchError(.system, "no pipe could be made: \(String(cString: strerror(errno)))")
        }
        defer { close(ends[0]) }
        // This process has one thread: nothing is started in between.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let started = Self.start(plan, standardError: ends[1], ownGroup: !isInForeground)
        close(ends[1])
        guard started > 0 else {
            let reason = String(cString: strerror(-started))
            let status: LaunchError.Status = started == -ENOENT ? .notFound : .notExecutable
            throw LaunchError(status, "the launcher \(plan.executable) can't be run: \(reason)")
        }
        pid = started
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        let (state, value) = watch(ends[0])
        return conclude(state, value)
    }

    /// Waits until the launcher has ended, and its standard error with it.
    private mutating func watch(_ errors: Int32) -> (CJobProcess_state, Int32) {
        var isOpen = true
        while true {
            var descriptors = [
                pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isOpen ? errors : -1, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&descriptors, 2, timeLimit)
            if count == 0 { passOn(filter.release()) }
            if descriptors[1].revents != 0 { isOpen = read(errors) }
            passSignalsOn()
            endWhenDue()
            var value: Int32 = 0
            switch CJobProcess_look(pid, &value) {
            case CJobProcess_exited:
                drain(errors)
                return (CJobProcess_exited, value)
            case CJobProcess_killed:
                drain(errors)
                return (CJobProcess_killed, value)
            default: break
            }
        }
    }

    private var timeLimit: Int32 {
        let untilDue = deadline.map { Int32(clamping: max(0, $0 - Self.milliseconds())) }
        let held = filter.isHolding ? Self.patience : nil
        return [untilDue, held].compactMap(\.self).min() ?? -1
    }

    /// Reads what there is; false at the end.
    private mutating func read(_ errors: Int32) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = Glibc.read(errors, &buffer, buffer.count)
        guard count != 0 else { return false }
        guard count > 0 else { return errno == EAGAIN || errno == EINTR }
        passOn(filter.consume(buffer[..<count]))
        if plan.token != nil, let status = filter.reportedStatus, deadline == nil {
            // Rank 0 is the program: without it the others have nobody to work for, and leave or are ended.
            deadline = Self.milliseconds() + (status == 0 ? 10_000 : 1_000)
        }
        return true
    }

    /// Reads what was left behind; who still holds the pipe is not waited for.
    private mutating func drain(_ errors: Int32) {
        var descriptor = pollfd(fd: errors, events: Int16(POLLIN), revents: 0)
        while poll(&descriptor, 1, Self.patience) > 0, read(errors) {}
        passOn(filter.finish())
    }

    private mutating func passSignalsOn() {
        var fromTerminal: Int32 = 0
        while case let signal = CJobProcess_nextSignal(signals, &fromTerminal), signal != 0 {
            if [SIGINT, SIGTERM, SIGHUP].contains(signal) { ending = ending ?? signal }
            let hasIt = fromTerminal != 0 && isInForeground
            if signal != SIGCHLD, !hasIt { kill(pid, signal) }
        }
    }

    private mutating func endWhenDue() {
        guard let due = deadline, Self.milliseconds() >= due else { return }
        // Asked again as long as it is there; a launcher must not be ended by SIGKILL, or its memory stays behind.
        kill(pid, SIGTERM)
        deadline = Self.milliseconds() + 5_000
    }

    private func passOn(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR && errno != EAGAIN {
                // Nobody reads it.
                return
            }
        }
    }

    private func conclude(_ state: CJobProcess_state, _ value: Int32) -> Int32 {
        var ended = state == CJobProcess_killed ? 128 + value : value
        if let signal = filter.lastSignal, ended == signal { ended = 128 + signal }
        if ending == nil { report(ended) }
        if plan.token != nil {
            // The launcher ends its ranks by SIGTERM, whichever signal it was ended by.
            if let ending, filter.reportedStatus ?? 128 >= 128 { return 128 + ending }
            if let status = filter.reportedStatus { return status }
            // Whoever kills rank 0 together with the shell around it leaves no report.
            return ended == 0 ? 128 + SIGKILL : ended
        }
        if let ending, ended != 0 { return 128 + ending }
        return ended
    }

    /// Says which rank ended the job, where the program has not said so itself.
    private func report(_ status: Int32) {
        var end = filter.firstEnd
        // Open MPI does not always say which rank a signal has ended.
        if end == nil, plan.token == nil, 129...192 ~= status { end = .killed(rank: nil, signal: Int(status) - 128) }
        if let end, !end.isProgram { passOn(Array("swift-mpirun: \(end)\n".utf8)) }
    }

    private static func milliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    private static func start(_ plan: JobPlan, standardError: Int32, ownGroup: Bool) -> pid_t {
        let words = ([plan.executable] + plan.arguments).map { strdup($0) } + [nil]
        let variables = plan.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        return CJobProcess_start(plan.executable, words, variables, standardError, ownGroup ? 1 : 0)
    }
}

extension NoiseFilter.RankEnd: CustomStringConvertible {
    /// Whether it is the program itself that ended with a status, and has said why.
    fileprivate var isProgram: Bool {
        if case .exited(rank: 0, _) = self { return true }
        return false
    }

    /// Which rank ended, and how.
    package var description: String {
        switch self {
        case .exited(let rank, let status):
            "rank \(rank) ended with status \(status), and the job with it"
        case .killed(let rank, let signal):
            "\(rank.map { "rank \($0)" } ?? "a rank") was ended by signal \(signal) (\(String(cString: strsignal(Int32(signal))))), and the job with it"
        }
    }
}
