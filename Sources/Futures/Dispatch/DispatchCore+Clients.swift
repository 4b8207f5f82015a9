// SPDX-License-Identifier: Apache-2.0
// The executors that share a dispatcher: their ends, their initializers, and who waits for either.

extension DispatchCore {
    /// Takes the events of clients in.
    mutating func handleClient(_ event: DispatchEvent) {
        switch event {
        case .clientAdded(let client):
            clients[client.number] = ClientRecord(client: client)
            guard client.initializer != nil else { return }
            for worker in machine.liveWorkers.sorted() { effects.append(.command(.initialize(client), worker)) }
        case .clientClosed(let client, let cancelPending, let waiter):
            clients[client.number]?.isClosed = true
            if cancelPending { add(machine.cancelPending(tasks(of: client.number))) }
            if let record = clients[client.number], record.liveCount > 0 {
                clients[client.number]?.drainWaiters.append(waiter)
            } else {
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
        guard let record = clients[submission.header.client] else { return true }
        guard let error = record.failure ?? (record.isClosed ? TaskFailure.shutDown.error(submission, nil) : nil)
        else {
            clients[submission.header.client]?.liveCount += 1
            return true
        }
        effects.append(.end(submission, .failure(error)))
        released.append(submission.body.byteCount)
        return false
    }

    /// Counts a submission out.
    mutating func release(_ client: UInt32) {
        guard var record = clients[client] else { return }
        record.liveCount -= 1
        if record.liveCount == 0 && !record.drainWaiters.isEmpty {
            effects.append(.drained(record.drainWaiters))
            record.drainWaiters = []
        }
        clients[client] = record
    }

    /// Ends everything of a client whose initializer failed, and what it will submit.
    mutating func fail(_ client: UInt32, _ error: ExecutorError) {
        guard clients[client]?.failure == nil else { return }
        clients[client]?.failure = error
        for task in tasks(of: client) { add(machine.giveUp(task)) }
    }

    /// A worker that dies in an initializer would die in it again after its replacement.
    mutating func noteLoss(of worker: WorkerID, _ blame: LossBlame, _ error: ExecutorError) {
        if case .known(let task?) = blame, entries[task] != nil { return }
        for (number, record) in clients
        where record.client.initializer != nil && !record.initialized.contains(worker) {
            fail(
                number,
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
            let record = clients[waiter.client.number]
            if let failure = record?.failure {
                effects.append(.booted(waiter, failure))
            } else if machine.isBroken {
                let error = failure ?? ExecutorError(.launchFailed, "the pool's workers could not be started")
                effects.append(.booted(waiter, error))
            } else if record?.isClosed == true || machine.isShutDown {
                effects.append(.booted(waiter, ExecutorError(.shutDown, "the executor is shut down")))
            } else if machine.isBooted, isInitialized(record) {
                effects.append(.booted(waiter, nil))
            } else {
                bootWaiters.append(waiter)
            }
        }
    }

    private func isInitialized(_ record: ClientRecord?) -> Bool {
        guard let record, record.client.initializer != nil else { return true }
        return machine.liveWorkers.isSubset(of: record.initialized)
    }

    /// The submissions of a client that have not been forgotten, the oldest first.
    private func tasks(of client: UInt32) -> [TaskID] {
        entries.keys.filter { entries[$0]?.submission.header.client == client }.sorted()
    }
}
