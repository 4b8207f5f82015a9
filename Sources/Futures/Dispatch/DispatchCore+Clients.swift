// SPDX-License-Identifier: Apache-2.0
// The executors that share a dispatcher: their ends, their initializers, and who waits for either.

extension DispatchCore {
    /// Takes the events of clients in.
    mutating func handleClient(_ event: DispatchEvent) {
        switch event {
        case .clientAdded(let client):
            clients[client.number] = client
            guard client.initializer != nil else { return }
            for worker in machine.liveWorkers.sorted() { effects.append(.command(.initialize(client), worker)) }
        case .clientClosed(let client, let cancelPending, let waiter):
            client.record.isClosed = true
            if cancelPending { add(machine.cancelPending(tasks(of: client))) }
            if client.record.liveCount > 0 {
                client.record.drainWaiters.append(waiter)
            } else {
                // Its own record goes on refusing what is submitted late.
                clients[client.number] = nil
                effects.append(.drained([waiter]))
            }
        case .bootRequested(let waiter):
            if let waiter { bootWaiters.append(waiter) }
            add(machine.bootRequested())
        default:
            handlePool(event)
        }
    }

    /// Counts a submission in; one that its client can't have run any more ends here.
    mutating func isWelcome(_ submission: Submission) -> Bool {
        let record = submission.client.record
        guard let error = record.failure ?? (record.isClosed ? TaskFailure.shutDown.error(submission, nil) : nil)
        else {
            record.liveCount += 1
            return true
        }
        effects.append(.end(submission, .failure(error)))
        released.append(submission.body.byteCount)
        return false
    }

    /// Counts a submission out.
    mutating func release(_ client: DispatchClient) {
        let record = client.record
        record.liveCount -= 1
        if record.liveCount == 0 && !record.drainWaiters.isEmpty {
            effects.append(.drained(record.drainWaiters))
            record.drainWaiters = []
            clients[client.number] = nil
        }
    }

    /// Ends everything of a client whose initializer failed, and what it will submit.
    mutating func fail(_ client: DispatchClient?, _ error: ExecutorError) {
        guard let client, client.record.failure == nil else { return }
        client.record.failure = error
        for task in tasks(of: client) { add(machine.giveUp(task)) }
    }

    /// A worker that dies in an initializer would die in it again after its replacement.
    mutating func noteLoss(of worker: WorkerID, _ blame: LossBlame, _ error: ExecutorError) {
        if case .known(let task?) = blame, entries[task] != nil { return }
        for client in clients.values
        where client.initializer != nil && !client.record.initialized.contains(worker) {
            fail(
                client,
                ExecutorError(
                    .initializerFailed, "a worker was lost in the initializer, so the executor can't run tasks",
                    cause: error))
        }
    }

    /// Tells those who wait for the workers what has become of them.
    mutating func answerBootWaiters() {
        let waiters = bootWaiters
        bootWaiters = []
        for waiter in waiters {
            let record = waiter.client.record
            if let failure = record.failure {
                effects.append(.booted(waiter, failure))
            } else if machine.isBroken {
                let error = failure ?? ExecutorError(.launchFailed, "the pool's workers could not be started")
                effects.append(.booted(waiter, error))
            } else if record.isClosed || machine.isShutDown {
                effects.append(.booted(waiter, ExecutorError(.shutDown, "the executor is shut down")))
            } else if machine.isBooted, isInitialized(waiter.client) {
                effects.append(.booted(waiter, nil))
            } else {
                bootWaiters.append(waiter)
            }
        }
    }

    private func isInitialized(_ client: DispatchClient) -> Bool {
        client.initializer == nil || machine.liveWorkers.isSubset(of: client.record.initialized)
    }

    /// The submissions of a client that have not been forgotten, the oldest first.
    private func tasks(of client: DispatchClient) -> [TaskID] {
        entries.keys.filter { entries[$0]?.submission.client === client }
    }
}
