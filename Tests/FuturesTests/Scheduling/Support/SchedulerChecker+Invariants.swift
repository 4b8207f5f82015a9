// SPDX-License-Identifier: Apache-2.0
// What must hold between events.

@testable import Futures

extension SchedulerChecker {
    /// Checks everything that must hold after an event has been dealt with.
    mutating func checkEverything(_ event: SchedulerEvent, _ machine: SchedulerStateMachine) {
        for (task, model) in tasks where model.hasEnded && model.holder == .nobody { fail("\(task) was not forgotten") }
        if machine.liveTaskCount != tasks.count { fail("\(machine.liveTaskCount) live tasks, not \(tasks.count)") }
        if machine.liveWorkers.count != workers.count { fail("the scheduler has other workers") }
        if isShutDown && tasks.isEmpty && !hasDrained { fail("not drained") }
        checkPlaces(machine)
        checkProgress(machine)
        if mustHeal && !isJobPending { fail("a worker was lost, and no job was requested") }
        mustHeal = false
        sent = []
        sentToReserved = []
    }

    /// A task is where the model has it, and reservations are sound.
    private mutating func checkPlaces(_ machine: SchedulerStateMachine) {
        var reservedNow: [WorkerID: TaskID] = [:]
        var shortGangs = 0
        for task in tasks.keys.sorted() {
            guard let model = tasks[task] else { continue }
            switch (model.holder, machine.place(of: task)) {
            case (.nobody, .queued), (.nobody, .parked): break
            case (.nobody, .assembling(let job, let members)):
                if members.count < model.request.gang ?? 0 { shortGangs += 1 }
                for worker in members {
                    if reservedNow.updateValue(task, forKey: worker) != nil { fail("\(worker) is reserved twice") }
                    let model = workers[worker]
                    if model?.job != job || model?.gang != nil { fail("\(worker) can't be reserved") }
                }
            case (.worker(let worker), .onWorker(let said)) where said == worker: break
            case (.gang(_, let members, let unanswered), .onGang(let said, unanswered: let rest))
            where said == members && rest == unanswered: break
            case (let holder, let place): fail("\(task) is with \(holder), but \(String(describing: place)) is said")
            }
        }
        if shortGangs > 1 { fail("two gangs hold members and wait for more") }
        for (worker, task) in sentToReserved where reservedNow[worker] == reserved[worker] {
            // A gang that lost a member starts over, behind what came before it.
            guard let gang = reserved[worker], precedes(gang, task) else { continue }
            fail("\(task) was sent to \(worker), which is reserved")
        }
        checkOvertaking(machine)
        reserved = reservedNow
    }

    /// An ordinary task only passes a gang that has all its members or that no job can serve.
    private mutating func checkOvertaking(_ machine: SchedulerStateMachine) {
        for gang in tasks.keys where tasks[gang]?.isWaiting == true && tasks[gang]?.request.gang != nil {
            guard let model = tasks[gang] else { continue }
            let isAside: Bool =
                switch machine.place(of: gang) {
                case .parked: true
                case .assembling(_, let members): members.count == model.request.gang
                default: false
                }
            for task in sent where !isAside {
                if precedes(gang, task) { fail("\(task) overtook the gang \(gang)") }
            }
        }
    }

    /// Whatever waits has something to wait for, and nobody is idle beside it.
    private mutating func checkProgress(_ machine: SchedulerStateMachine) {
        let waiting = tasks.filter { $0.value.isWaiting }
        let gangs = waiting.filter { $0.value.request.gang != nil }
        if isBroken && !waiting.isEmpty { fail("\(waiting.keys.sorted()) wait though everything broke") }
        for (task, model) in gangs where !isJobPending && !canServeGang(of: model.request.gang ?? 0) {
            // Behind others in the queue it has not been looked at yet.
            if machine.place(of: task) != .queued { fail("gang \(task) waits for nothing") }
        }
        if waiting.count == gangs.count && gangs.keys.contains(where: { machine.place(of: $0) == .queued }) {
            let isHeldUp = gangs.contains { task, model in
                guard case .assembling(_, let members) = machine.place(of: task) else { return false }
                return members.count < model.request.gang ?? 0
            }
            if !isHeldUp { fail("gangs wait in the queue behind nothing") }
        }
        guard waiting.count > gangs.count else { return }
        if !isJobPending && !isServed { fail("ordinary tasks wait and no worker serves them") }
        guard gangs.isEmpty else { return }
        for (worker, model) in workers where isUsable(worker) && model.held.isEmpty && model.gang == nil {
            fail("\(worker) is idle while tasks wait")
        }
    }
}
