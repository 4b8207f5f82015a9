// SPDX-License-Identifier: Apache-2.0
// The queue between those who enqueue jobs and the MPI thread that runs them.

internal import Glibc

/// A first-in, first-out queue of executor jobs on which one thread can sleep.
///
/// The lock is held for an append or a swap only, never while a job runs: a process that exits from another thread
/// finds it free.
// Safe: `jobs` and `isWoken` are only touched with `mutex` held; the two pointers never change, and the memory behind
// them is freed by nobody but `deinit`.
final class JobQueue: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var jobs: [UnownedJob] = []
    private var isWoken = false

    /// Makes an empty queue.
    init() {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        condition = .allocate(capacity: 1)
        condition.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        var code = pthread_condattr_init(&attributes)
        // The clock of the deadlines below must not jump when somebody sets the time.
        if code == 0 { code = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) }
        if code == 0 { code = pthread_cond_init(condition, &attributes) }
        if code == 0 { code = pthread_mutex_init(mutex, nil) }
        precondition(code == 0, "the job queue's lock could not be made: error \(code)")
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Appends a job and wakes the thread that waits, from any thread.
    func append(_ job: UnownedJob) {
        pthread_mutex_lock(mutex)
        jobs.append(job)
        pthread_mutex_unlock(mutex)
        pthread_cond_signal(condition)
    }

    /// Ends the current or next wait although no job came, from any thread.
    func wake() {
        pthread_mutex_lock(mutex)
        isWoken = true
        pthread_mutex_unlock(mutex)
        pthread_cond_signal(condition)
    }

    /// Moves all jobs into `batch`, waiting for one where there is none.
    ///
    /// - Parameters:
    ///   - batch: receives the jobs, oldest first; must be empty. Its storage goes back and forth.
    ///   - nanoseconds: the longest wait; `nil` waits until a job comes or ``wake()`` is called.
    func take(into batch: inout [UnownedJob], waitingAtMost nanoseconds: Int?) {
        var deadline = nanoseconds.flatMap { $0 > 0 ? timespec.monotonic(after: $0) : nil }
        pthread_mutex_lock(mutex)
        while jobs.isEmpty && !isWoken && nanoseconds != 0 {
            if deadline == nil {
                pthread_cond_wait(condition, mutex)
            } else if pthread_cond_timedwait(condition, mutex, &deadline!) == ETIMEDOUT {  // Safe: not nil, see above.
                break
            }
        }
        isWoken = false
        swap(&jobs, &batch)
        pthread_mutex_unlock(mutex)
    }
}

extension timespec {
    /// The monotonic clock's time, as nanoseconds.
    static var monotonicNanoseconds: Int {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return now.tv_sec * 1_000_000_000 + now.tv_nsec
    }

    /// The point of the monotonic clock that is `nanoseconds` away from now.
    fileprivate static func monotonic(after nanoseconds: Int) -> timespec {
        let total = monotonicNanoseconds + nanoseconds
        return timespec(tv_sec: total / 1_000_000_000, tv_nsec: total % 1_000_000_000)
    }
}
