// SPDX-License-Identifier: Apache-2.0
// The one thread of a process on which MPI, PETSc and SLEPc are called.

internal import CMPI
internal import Glibc
internal import Synchronization

/// A dedicated thread that runs Swift jobs one after the other, in the order in which they came.
///
/// MPI, PETSc and SLEPc may only be called on ``shared``. Actors can be isolated to it (``MPIActor`` is), and a task
/// can prefer it: `Task(executorPreference: MPIThread.shared) { … }`. The thread starts with its first job, never
/// ends, and sleeps while it has nothing to do. It has a large stack, since PETSc's direct solvers recurse.
public final class MPIThread: SerialExecutor, TaskExecutor {
    /// The thread that initialises MPI, the only one in all processes but rank 0 of a master/worker job.
    public static let shared = MPIThread(name: "mpi")

    /// The thread's stack, in bytes; pages that are not used cost nothing.
    static let stackByteCount = 256 << 20

    /// A `sched_yield` that takes longer than this, in nanoseconds, has let another thread run.
    private static let promptReturn = 3_000
    /// How long the core is then left to others, in nanoseconds.
    private static let nap = 15_000

    /// The thread's name, as a debugger or `top -H` shows it (Linux keeps 15 bytes).
    package let name: String
    private let queue = JobQueue()
    private let poller = Mutex<Poller?>(nil)
    private let hasStarted = Atomic<Bool>(false)
    private let threadID = Atomic<UInt>(0)

    /// A function in a struct of its own: directly in a generic `Mutex` it would be wrapped anew at every access, and each
    /// call go through all the wrappers.
    private struct Poller {
        let poll: @Sendable () -> Bool
        let mayNap: @Sendable () -> Bool
        let restLimit: @Sendable () -> Int
        let longestRest: Int
    }

    /// Makes a thread; it starts with its first job and lives as long as the process.
    package init(name: String) {
        self.name = name
    }

    /// Whether the caller runs on this thread.
    public var isCurrent: Bool {
        threadID.load(ordering: .relaxed) == UInt(pthread_self())
    }

    /// Lets a poller look for outside events whenever no job waits: incoming messages have no event of their own.
    ///
    /// The poller runs on the thread, between jobs, and returns whether it found anything. While it does not, the
    /// thread polls less and less often; a job, or ``wake()``, wakes it at once.
    ///
    /// - Parameters:
    ///   - poll: the poller, or `nil` to have none: the thread then sleeps until a job comes.
    ///   - isWoken: whether ``wake()`` is called for whatever comes in: the thread then polls 20 times per second only,
    ///     and otherwise twice in 3 milliseconds, after a rest.
    ///   - mayNap: whether the thread may leave its core to others for some microseconds, where they want it.
    ///   - restLimit: is asked before the thread sleeps for more than a few microseconds how long it may, in nanoseconds; 0 asks the poller once more.
    package func setPoller(
        _ poll: (@Sendable () -> Bool)?, isWoken: Bool = false,
        mayNap: @escaping @Sendable () -> Bool = { true }, restLimit: @escaping @Sendable () -> Int = { .max }
    ) {
        let longestRest = isWoken ? Backoff.longRest : Backoff.shortRest
        poller.withLock {
            $0 = poll.map { Poller(poll: $0, mayNap: mayNap, restLimit: restLimit, longestRest: longestRest) }
        }
        startIfNeeded()
        queue.wake()
    }

    /// Lets the poller look once, from within an operation that waits; does nothing where there is none.
    ///
    /// To be called on this thread.
    func pollWhileWaiting() {
        _ = poller.withLock { $0 }?.poll()
    }

    /// Has the poller look again at once, from any thread.
    package func wake() {
        queue.wake()
    }
}

extension MPIThread {
    /// Adds a job to the queue, from any thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        queue.append(UnownedJob(job))
        startIfNeeded()
    }

    /// This executor, for actors.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    /// This executor, for tasks.
    public func asUnownedTaskExecutor() -> UnownedTaskExecutor {
        UnownedTaskExecutor(ordinary: self)
    }

    /// Stops the process unless the caller runs on this thread; `assumeIsolated` asks.
    public func checkIsolated() {
        precondition(isCurrent, "not on the MPI thread '\(name)': reach it with 'await', or isolate the caller to it")
    }

    /// Whether the caller runs on this thread.
    public func isIsolatingCurrentContext() -> Bool? {
        isCurrent
    }
}

extension MPIThread {
    private func startIfNeeded() {
        if hasStarted.load(ordering: .relaxed) { return }
        guard !hasStarted.exchange(true, ordering: .relaxed) else { return }
        var attributes = pthread_attr_t()
        var thread = pthread_t()
        // The thread keeps the object alive for ever, as documented.
        let context = Unmanaged.passRetained(self).toOpaque()
        var code = pthread_attr_init(&attributes)
        if code == 0 { code = pthread_attr_setstacksize(&attributes, Self.stackByteCount) }
        if code == 0 { code = pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED)) }
        if code == 0 {
            code = pthread_create(&thread, &attributes, { MPIThread.main($0) }, context)
        }
        precondition(code == 0, "the thread '\(name)' could not be started: \(String(cString: strerror(code)))")
        pthread_attr_destroy(&attributes)
    }

    private static func main(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let context else { return nil }
        Unmanaged<MPIThread>.fromOpaque(context).takeUnretainedValue().run()
    }

    private func run() -> Never {
        threadID.store(UInt(pthread_self()), ordering: .relaxed)
        // Only for those who look with a debugger: a name that is too long changes nothing else.
        _ = CMPI_name_thread(name)
        // Where it can't be had, naps take a little longer.
        _ = CMPI_sleep_precisely()
        var batch: [UnownedJob] = []
        var backoff: Backoff?
        var idleSince = 0
        while true {
            var wait = longestWait(&backoff, idleSince: idleSince)
            // What was sent between the last look and the decision to sleep is not followed by a call to wake up.
            if let time = wait, time > 0, let poller = poller.withLock({ $0 }) {
                if time <= Self.nap {
                    wait = poller.mayNap() ? time : 0
                } else {
                    wait = poller.poll() ? 0 : min(time, poller.restLimit())
                    if wait == 0 { backoff = nil }
                }
            }
            queue.take(into: &batch, waitingAtMost: wait)
            for job in batch {
                job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            }
            let hadJobs = !batch.isEmpty
            batch.removeAll(keepingCapacity: true)
            guard let poller = poller.withLock({ $0 }) else {
                backoff = nil
                continue
            }
            if poller.poll() || hadJobs || backoff == nil {
                backoff = Backoff(isCrowded: HostProcessors.areCrowded, longestSleep: poller.longestRest)
                idleSince = timespec.monotonicNanoseconds
            }
        }
    }

    /// How long the thread may sleep for want of jobs; `nil` where no poller has to be asked again.
    private func longestWait(_ backoff: inout Backoff?, idleSince: Int) -> Int? {
        guard let pause = backoff?.pause(elapsed: timespec.monotonicNanoseconds - idleSince) else { return nil }
        switch pause {
        case .none: return 0
        case .yield:
            let start = timespec.monotonicNanoseconds
            sched_yield()
            // Where somebody else ran meanwhile the core is wanted, and is left to them for a moment.
            return timespec.monotonicNanoseconds - start > Self.promptReturn ? Self.nap : 0
        case .sleep(let nanoseconds): return nanoseconds
        }
    }
}
