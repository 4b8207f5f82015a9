// SPDX-License-Identifier: Apache-2.0
// A launcher that runs.

import Foundation
import Futures
import Subprocess
import SystemPackage
import Synchronization

/// The launcher's process of one job: started once, watched until it ends, asked to end at most.
///
/// It has a process group of its own, so that the terminal's Ctrl-C does not reach it, and no standard input. It is
/// never ended by SIGKILL, after which it would leave shared memory behind.
final class LauncherProcess: Sendable {
    private struct State {
        var pid: pid_t?
        var output: [String] = []
        var hasEnded = false
        var mustEnd = false
    }

    private static let keptLines = 40
    /// How often a launcher that stumbled over another one is started again.
    private static let repetitions = 4
    private let state = Mutex(State())

    /// What the launcher and the processes before they were workers printed last.
    var output: String { state.withLock { $0.output.joined(separator: "\n") } }

    /// Starts the launcher; `onEnd` is called once with a description of how it ended.
    func start(
        path: String, arguments: [String], environment: [String: String],
        onEnd: @escaping @Sendable (String) -> Void
    ) {
        Task.detached { [self] in
            var ending = await run(path, arguments, environment)
            for _ in 0..<Self.repetitions where stumbled() { ending = await run(path, arguments, environment) }
            state.withLock { $0.hasEnded = true }
            onEnd(ending)
        }
    }

    /// Asks the launcher to end its job; it does so with what is left of it.
    func terminate() {
        let pid = state.withLock { state in
            state.mustEnd = true
            return state.hasEnded ? nil : state.pid
        }
        // Safe: until the watching task has seen the end, the process id belongs to the launcher.
        if let pid { kill(pid, SIGTERM) }
    }

    /// Whether the launcher ended because another one made the same session directory at the same moment.
    ///
    /// Open MPI 4.1 does not survive that ("orte_session_dir failed: File exists"); it has started nothing by then.
    private func stumbled() -> Bool {
        state.withLock { state in
            guard !state.mustEnd, state.output.contains(where: { $0.contains("orte_session_dir failed") }) else {
                return false
            }
            state.output = []
            state.pid = nil
            return true
        }
    }

    private func run(_ path: String, _ arguments: [String], _ environment: [String: String]) async -> String {
        var options = PlatformOptions()
        options.processGroupID = 0
        let keyed = Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0), $1) })
        do {
            let result = try await Subprocess.run(
                .path(.init(path)), arguments: Arguments(arguments), environment: .custom(keyed),
                platformOptions: options, input: .none, output: .sequence, error: .combinedWithOutput
            ) { execution in
                started(execution.processIdentifier.value)
                for try await line in execution.standardOutput.strings() { keep(line) }
            }
            return "\(result.terminationStatus)"
        } catch {
            return "could not be run: \(error)"
        }
    }

    private func started(_ pid: pid_t) {
        let mustEnd = state.withLock { state in
            state.pid = pid
            return state.mustEnd
        }
        if mustEnd { kill(pid, SIGTERM) }
    }

    private func keep(_ line: String) {
        let line = line.trimmingCharacters(in: .newlines)
        guard !line.isEmpty else { return }
        state.withLock { state in
            state.output.append(line)
            if state.output.count > Self.keptLines { state.output.removeFirst() }
        }
    }
}
