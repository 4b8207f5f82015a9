// SPDX-License-Identifier: Apache-2.0
// A lockstep program on one rank: its steps, its share of the work, and the other ranks.

import Futures
import Synchronization

/// Joins the program, the machine that compares it with the other ranks, the runners, and the transport.
///
/// One for a process; executors are views of it. The straight path: `submit` → machine → runner (on the owner) →
/// machine → the futures here and, by the transport, on all other ranks.
///
/// Frames are queued while the machine is locked, so that they leave in the order of the events; futures end after
/// unlocking.
final class LockstepJob: RankReceiver {
    struct State {
        var machine: LockstepStateMachine
        var open: [StepID: OpenStep] = [:]
        var tally: GangTally
        var transport: (any RankTransport)?
        /// Whether somebody was told about a failure.
        var failureWasSeen = false
        /// How many `onRoot` run.
        var holds = 0
        /// How many executors the program has made.
        var executors: UInt64 = 0
        var patienceIsArmed = false
        /// All programs have ended.
        var mayLeave = false
    }

    /// What happens after unlocking.
    typealias Ending = @Sendable () -> Void

    let rank: Int
    let size: Int
    let patience: Duration
    let state: Mutex<State>
    let admission = LockstepAdmission()
    /// This machine's name, for errors.
    private let host = WorkerSetup.hostName
    private let start = ContinuousClock.now
    /// Set once, in the initialiser: the runners' listeners refer to the job.
    private let runners = Mutex<Runners?>(nil)

    private struct Runners {
        var tasks: LockstepTaskRunner
        var gangs: LockstepGangRunner
    }

    /// Makes the job of this rank; `attach(_:)` connects it.
    init(rank: Int, size: Int, patience: Duration) {
        self.rank = rank
        self.size = size
        self.patience = patience
        state = Mutex(
            State(
                machine: LockstepStateMachine(rank: rank, size: size, patience: patience), tally: GangTally(rank: rank)
            ))
        let listener = LockstepTaskRunner.Listener(
            ended: { [weak self] order, result in self?.ended(order, result) },
            progressed: { [weak self] step, progress in self?.progressed(step, progress) })
        let tasks = LockstepTaskRunner(rank: rank, listener)
        let gangs = LockstepGangRunner(rank: rank, listener)
        runners.withLock { $0 = Runners(tasks: tasks, gangs: gangs) }
    }

    /// The time since the job began on this rank.
    var now: Duration { ContinuousClock.now - start }

    /// Why the job can't go on, where it can't.
    var failure: LockstepFailure? { state.withLock { $0.machine.failure } }

    private var tasks: LockstepTaskRunner? { runners.withLock { $0?.tasks } }
    private var gangs: LockstepGangRunner? { runners.withLock { $0?.gangs } }

    /// Connects the job to the other ranks; called once, before the first step.
    func attach(_ transport: any RankTransport) {
        state.withLock { $0.transport = transport }
    }

    /// Gives the machine an event and does what it asks for.
    func post(_ event: (inout State) -> [LockstepAction]) {
        let (endings, transport) = state.withLock { state in
            let actions = event(&state)
            return (actions.flatMap { perform($0, &state) }, state.transport)
        }
        transport?.flush()
        for ending in endings { ending() }
    }

    /// Makes the next step of a lane.
    ///
    /// - Returns: Why there is none, where the job can't go on.
    func make(
        _ lane: LockstepLane, content: Fingerprint, ranks: Int, _ open: ((StepID) -> OpenStep)? = nil, label: String
    ) -> (step: StepID?, refusal: ExecutorError?) {
        var made: StepID?
        var refusal: ExecutorError?
        let now = self.now
        post { state in
            let (step, actions) = state.machine.made(lane, label: label, content: content, ranks: ranks, now: now)
            made = step
            if let step {
                state.open[step] = open?(step)
            } else {
                state.failureWasSeen = true
                refusal =
                    state.machine.failure?.error
                    ?? ExecutorError(.shutDown, "this rank's program is ending; \(label) was not made")
            }
            return actions
        }
        if made != nil { armPatience() }
        return (made, refusal)
    }

    /// The submission's deadline has passed; only its owner asks.
    func deadlinePassed(_ step: StepID) {
        var isOrdinary = false
        post { state in
            guard let open = state.open[step], state.machine.lacksOutcome(step) else { return [] }
            let limit = open.deadline.map { "\($0)" } ?? "?"
            let error = ExecutorError(
                .deadlineExceeded, "\(open.label) did not end within its deadline of \(limit)")
            isOrdinary = open.members.isEmpty
            if !isOrdinary {
                tell(state.tally.end(step.number, now: now), toLeave: step, because: "its deadline passed", &state)
            }
            return state.machine.finished(step, StepOutcome(error, rank: rank, host: host))
        }
        // Cancelling calls handlers of the program's, so not under the lock.
        if isOrdinary { tasks?.giveUp(step) }
    }
}

// MARK: What runs here.

extension LockstepJob {
    private func ended(_ order: LockstepOrder, _ result: Result<EncodedPayload, any Error>) {
        let outcome = StepOutcome(order.isInitializer ? described(result) : result, rank: rank, host: host)
        if order.members.isEmpty {
            post { $0.machine.finished(order.step, outcome) }
        } else {
            leftGang(order.step, outcome)
        }
    }

    private func described(_ result: Result<EncodedPayload, any Error>) -> Result<EncodedPayload, any Error> {
        result.mapError { error in
            ExecutorError(
                .initializerFailed, "the initializer failed on rank \(rank), so the executor can't run tasks: \(error)",
                cause: error)
        }
    }

    private func progressed(_ step: StepID, _ progress: TaskProgress) {
        post { state in
            guard let open = state.open[step] else { return [] }
            send(.progress(step, progress), &state)
            // Goes into a stream: nothing of the program's runs here.
            open.report(progress)
            return []
        }
    }

    /// This rank's part of a collective task has ended.
    private func leftGang(_ step: StepID, _ outcome: StepOutcome) {
        post { state in
            let error: [UInt8]? = if case .error(let bytes) = outcome { bytes } else { nil }
            let leader = state.machine.owner(of: step)
            guard leader == rank else {
                send(.gangReport(step, error: error), to: leader, &state)
                return []
            }
            let output = if case .value(let value) = outcome { value } else { EncodedPayload() }
            return follow(
                state.tally.left(step.number, by: rank, error: error, output: output, now: now), step, &state)
        }
    }

    /// Does what follows from a report on a gang that this rank leads.
    private func follow(_ verdict: GangTally.Verdict, _ step: StepID, _ state: inout State) -> [LockstepAction] {
        switch verdict {
        case .wait: return []
        case .succeeded(let output): return state.machine.finished(step, .value(output))
        case .failed(let error, let members):
            tell(members, toLeave: step, because: "another rank of the gang failed", &state)
            return state.machine.finished(step, .error(error))
        }
    }

    private func tell(_ members: [Int], toLeave step: StepID, because reason: String, _ state: inout State) {
        for member in members {
            if member == rank {
                gangs?.abandon(step, because: reason)
            } else {
                send(.gangAbandon(step, reason: reason), to: member, &state)
            }
        }
    }
}

// MARK: What the machine asks for.

extension LockstepJob {
    private func perform(_ action: LockstepAction, _ state: inout State) -> [Ending] {
        switch action {
        case .run(let step): return run(step, &state)
        case .end(let step, let outcome):
            guard let open = state.open.removeValue(forKey: step) else { return [] }
            return [{ open.end(outcome) }]
        case .announce(let lane, let first, let notes): send(.notes(lane, first: first, notes), &state)
        case .tell(let step, let outcome): send(.outcome(step, outcome), &state)
        case .farewell(let counts): send(.farewell(counts), &state)
        case .tellFailure(let failure): send(.failure(failure), &state)
        case .fail(let failure): return fail(failure, &state)
        case .leave: state.mayLeave = true
        }
        return []
    }

    private func run(_ step: StepID, _ state: inout State) -> [Ending] {
        guard let open = state.open[step], let order = open.order else { return [] }
        // Its payload goes with it.
        state.open[step]?.order = nil
        let isOwner = state.machine.owner(of: step) == rank
        var endings: [Ending] = []
        if order.members.isEmpty {
            tasks?.enqueue(order)
        } else {
            if isOwner {
                let verdict = state.tally.begin(step.number, members: order.members, label: open.label, now: now)
                endings = follow(verdict, step, &state).flatMap { perform($0, &state) }
            }
            if order.isInitializer { tasks?.enqueue(order) } else { gangs?.enqueue(order) }
        }
        if isOwner, let deadline = open.deadline {
            Task { [weak self] in
                try? await Task.sleep(for: deadline)
                self?.deadlinePassed(step)
            }
        }
        return endings
    }

    private func fail(_ failure: LockstepFailure, _ state: inout State) -> [Ending] {
        let open = state.open.values
        state.open = [:]
        if !open.isEmpty { state.failureWasSeen = true }
        let error = failure.error
        let stop: Ending = { [tasks, gangs] in
            tasks?.stop()
            gangs?.stop(because: "the job can't go on")
        }
        return [stop] + open.map { step in { @Sendable in step.fail(error) } }
    }

    func send(_ message: LockstepMessage, _ state: inout State) {
        guard let transport = state.transport else { return }
        let frame = message.frame
        for other in state.machine.others { transport.enqueue(frame, to: other) }
    }

    private func send(_ message: LockstepMessage, to rank: Int, _ state: inout State) {
        state.transport?.enqueue(message.frame, to: rank)
    }
}

// MARK: What the other ranks say.

extension LockstepJob {
    func received(_ frames: [Frame], from rank: Int) {
        post { state in frames.flatMap { take($0, from: rank, &state) } }
    }

    func failed(_ error: any Error) {
        post { state in
            state.machine.broke(
                LockstepFailure(
                    code: .workerLost, message: "rank \(rank) can't hear the other ranks any more: \(error)"))
        }
    }

    private func take(_ frame: Frame, from peer: Int, _ state: inout State) -> [LockstepAction] {
        let message: LockstepMessage
        do {
            message = try LockstepMessage(frame)
        } catch {
            return state.machine.broke(.protocolViolation(peer, "sent what can't be read (\(error))"))
        }
        switch message {
        case .notes(let lane, let first, let notes):
            return state.machine.announced(lane, first: first, notes, by: peer)
        case .outcome(let step, let outcome): return state.machine.told(step, outcome, by: peer)
        case .progress(let step, let progress): state.open[step]?.report(progress)
        case .hold(let isHeld): state.machine.held(isHeld, by: peer, now: now)
        case .farewell(let counts): return state.machine.saidFarewell(counts, by: peer)
        case .failure(let failure): return state.machine.toldFailure(failure)
        case .gangReport(let step, let error):
            return follow(state.tally.left(step.number, by: peer, error: error, now: now), step, &state)
        case .gangAbandon(let step, let reason): gangs?.abandon(step, because: reason)
        }
        return []
    }

    /// Looks for overdue ranks every now and then while something is open.
    private func armPatience() {
        let mustArm = state.withLock { state in
            defer { state.patienceIsArmed = true }
            return !state.patienceIsArmed
        }
        guard mustArm else { return }
        Task { [weak self, patience] in
            repeat { try? await Task.sleep(for: min(patience / 4, .seconds(5))) } while self?.checkPatience() == true
        }
    }

    /// Whether there is something to look at next time.
    private func checkPatience() -> Bool {
        let now = self.now
        post { state in
            let machine = state.machine
            let stuck = state.tally.stuck(now: now, patience: patience) { number, member in
                machine.hasMade(StepID(lane: .submissions, number: number), member)
            }
            if let stuck { return state.machine.broke(.stuck(stuck.label, rank: stuck.rank, patience)) }
            return state.machine.checkPatience(now: now)
        }
        return state.withLock { state in
            state.patienceIsArmed = !state.open.isEmpty || !state.tally.isEmpty
            return state.patienceIsArmed
        }
    }
}
