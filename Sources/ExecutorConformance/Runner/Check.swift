// SPDX-License-Identifier: Apache-2.0
// One line of the contract.

/// What a check can't do without.
public enum Need: Sendable, Hashable {
    /// Futures that can be cancelled.
    case cancellation
    /// A program that one process runs, so that several Swift tasks may submit.
    case oneProgram
    /// Tasks that are encoded on their way.
    case encoding
    /// Inputs that are decoded where the task runs.
    case travellingInput
    /// Tasks in other processes.
    case processes
    /// Workers that may be killed.
    case loss
    /// A start of workers that can be awaited.
    case bootUp
    /// What workers run before the first task.
    case initializer
    /// As many workers as asked for.
    case workerCount
    /// Gangs of that many ranks.
    case gang(Int)

    /// Why a check does not apply where the need is not met.
    func reason(in abilities: Abilities) -> String? {
        switch self {
        case .cancellation where !abilities.cancels:
            abilities.isInLockstep
                ? "every process runs the program, so nothing can be cancelled" : "nothing can be cancelled"
        case .oneProgram where abilities.isInLockstep:
            "every process runs the program, so submissions come from one Swift task"
        case .encoding where !abilities.encodes: "tasks stay in this process, so nothing is encoded"
        case .travellingInput where abilities.isInLockstep: "every process has the input, so it does not travel"
        case .processes where !abilities.usesProcesses: "tasks run in the program's process"
        case .loss where !abilities.usesProcesses: "tasks run in the program's process, which is lost with them"
        case .loss where !abilities.survivesLoss: "the launcher ends all processes with one that is lost"
        case .initializer where !abilities.initializes: "it takes no initializer"
        case .bootUp where !abilities.bootsUp: "there is nothing to start"
        case .workerCount where !abilities.choosesWorkers: "the launcher of the program says how many workers there are"
        case .gang(let ranks) where ranks > abilities.largestGang:
            abilities.largestGang == 0
                ? "it has no gangs of ranks" : "it has gangs of up to \(abilities.largestGang) ranks here"
        default: nil
        }
    }
}

/// One line of the contract of executors, as something to run.
public struct Check: Sendable {
    /// What a line of the contract comes to in Swift.
    enum Body: Sendable {
        /// It is run.
        case runs(@Sendable (Trial) async throws -> Void)
        /// It has no meaning here.
        case explained(String)
        /// It is shown by tests, because it takes more than an executor.
        case shown(by: String)
    }

    /// The line's name.
    public let id: String
    /// What it asserts, in a sentence.
    public let sentence: String
    /// What it can't do without.
    public let needs: [Need]
    /// How long it may take.
    public let limit: Duration
    let body: Body

    init(
        _ id: String, _ sentence: String, needs: [Need] = [], limit: Duration = .seconds(20),
        _ body: @escaping @Sendable (Trial) async throws -> Void
    ) {
        self.id = id
        self.sentence = sentence
        self.needs = needs
        self.limit = limit
        self.body = .runs(body)
    }

    /// A line that is not run, and why.
    init(_ id: String, _ sentence: String, because reason: String) {
        self.id = id
        self.sentence = sentence
        needs = []
        limit = .zero
        body = .explained(reason)
    }

    /// A line that tests show, and which ones.
    init(_ id: String, _ sentence: String, shownBy tests: String) {
        self.id = id
        self.sentence = sentence
        needs = []
        limit = .zero
        body = .shown(by: tests)
    }

    /// Why the check does not apply to a subject, `nil` where it does.
    func reason(for subject: ConformanceSubject) -> String? {
        if let reason = subject.exceptions[id] { return reason }
        if case .explained(let reason) = body { return reason }
        return needs.lazy.compactMap { $0.reason(in: subject.abilities) }.first
    }
}

/// Checks that belong together.
public struct CheckSection: Sendable {
    /// What they are about.
    public let title: String
    /// The checks, in the order in which they run.
    public let checks: [Check]

    init(_ title: String, _ checks: [Check]) {
        self.title = title
        self.checks = checks
    }
}
