// SPDX-License-Identifier: Apache-2.0
// The tasks that wait, by priority and then by age.

import DequeModule

/// A queue for each priority; the highest priority comes first, and in it the task that was submitted first.
///
/// Tasks are appended in the order of their submission. A task that leaves the queue by another way than the front
/// (a cancellation) is marked as gone and skipped later, so that every operation is O(1) amortised, times the
/// logarithm of the number of different priorities; only the first task of a new priority costs more.
package struct TaskQueue: Sendable {
    /// The highest priority comes last, where levels come and go cheaply.
    private var levels: [(priority: Int, tasks: Deque<TaskID>)] = []
    private var queued = DenseTable<TaskID, Void>()
    /// Tasks in the levels that are not queued any more.
    private var goneCount = 0

    package init() {}

    /// How many tasks wait.
    package var count: Int { queued.count }

    /// Whether no task waits.
    package var isEmpty: Bool { queued.isEmpty }

    /// Puts a task behind the others of its priority.
    package mutating func append(_ task: TaskID, priority: Int) {
        queued[task] = ()
        levels[level(priority)].tasks.append(task)
    }

    /// Puts a task that was taken out with ``popFirst()`` back, before the younger ones of its priority.
    ///
    /// O(log n) to find its place, which is near the front: what was submitted later is mostly still in the queue.
    package mutating func restore(_ task: TaskID, priority: Int) {
        queued[task] = ()
        let level = level(priority)
        var low = 0
        var high = levels[level].tasks.count
        while low < high {
            let middle = (low + high) / 2
            if levels[level].tasks[middle] < task { low = middle + 1 } else { high = middle }
        }
        levels[level].tasks.insert(task, at: low)
    }

    /// The next task, which stays in the queue.
    package mutating func peek() -> TaskID? {
        while let level = levels.indices.last {
            while let task = levels[level].tasks.first {
                if queued[task] != nil { return task }
                levels[level].tasks.removeFirst()
                goneCount -= 1
            }
            levels.removeLast()
        }
        return nil
    }

    /// Takes the next task out.
    package mutating func popFirst() -> TaskID? {
        guard let task = peek() else { return nil }
        levels[levels.count - 1].tasks.removeFirst()
        queued.removeValue(forKey: task)
        return task
    }

    /// Takes a task out, wherever it stands; nothing happens where it is not there.
    ///
    /// The task must not be queued again afterwards: its old place is only skipped.
    package mutating func remove(_ task: TaskID) {
        guard queued.removeValue(forKey: task) != nil else { return }
        goneCount += 1
        // While the front is blocked nothing is skipped: the gone ones must not pile up.
        if goneCount > 64 && goneCount > queued.count { compact() }
    }

    /// Every waiting task, in the order in which they would start.
    package var tasks: [TaskID] {
        levels.reversed().flatMap { level in level.tasks.filter { queued[$0] != nil } }
    }

    private mutating func compact() {
        for level in levels.indices { levels[level].tasks.removeAll { queued[$0] == nil } }
        levels.removeAll { $0.tasks.isEmpty }
        goneCount = 0
    }

    /// The index of the level of a priority, which is made where there is none.
    private mutating func level(_ priority: Int) -> Int {
        var low = 0
        var high = levels.count
        while low < high {
            let middle = (low + high) / 2
            if levels[middle].priority < priority { low = middle + 1 } else { high = middle }
        }
        if low == levels.count || levels[low].priority != priority { levels.insert((priority, []), at: low) }
        return low
    }
}
