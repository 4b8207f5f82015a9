// SPDX-License-Identifier: Apache-2.0
// The tasks that wait, by priority, by whose turn it is, and then by age.

import DequeModule

/// A queue for each priority; the highest priority comes first, in it the executors take turns, and of one executor the
/// task comes first that was submitted first.
///
/// Tasks are appended in the order of their submission. A task that leaves the queue by another way than the front
/// (a cancellation) is marked as gone and skipped later, so that every operation is O(1) amortised, times the
/// logarithm of the number of different priorities and the number of executors; only the first task of a new priority
/// costs more.
package struct TaskQueue: Sendable {
    /// The waiting tasks of one executor.
    private struct Lane: Sendable {
        let client: UInt32
        var tasks: Deque<TaskID> = []
    }

    /// The tasks of one priority.
    private struct Level: Sendable {
        let priority: Int
        var lanes: [Lane] = []
        /// The lane that is served next.
        var turn = 0

        mutating func lane(of client: UInt32) -> Int {
            if let index = lanes.firstIndex(where: { $0.client == client }) { return index }
            lanes.append(Lane(client: client))
            return lanes.count - 1
        }
    }

    /// The highest priority comes last, where levels come and go cheaply.
    private var levels: [Level] = []
    private var queued = DenseTable<TaskID, Void>()
    /// Tasks in the levels that are not queued any more.
    private var goneCount = 0

    package init() {}

    /// How many tasks wait.
    package var count: Int { queued.count }

    /// Whether no task waits.
    package var isEmpty: Bool { queued.isEmpty }

    /// Puts a task behind the others of its priority and executor.
    package mutating func append(_ task: TaskID, priority: Int, client: UInt32 = 0) {
        queued[task] = ()
        let level = level(priority)
        let lane = levels[level].lane(of: client)
        levels[level].lanes[lane].tasks.append(task)
    }

    /// Puts a task that was taken out with ``popFirst()`` back, before the younger ones of its priority and executor.
    ///
    /// O(log n) to find its place, which is near the front: what was submitted later is mostly still in the queue.
    package mutating func restore(_ task: TaskID, priority: Int, client: UInt32 = 0) {
        queued[task] = ()
        let level = level(priority)
        let lane = levels[level].lane(of: client)
        var low = 0
        var high = levels[level].lanes[lane].tasks.count
        while low < high {
            let middle = (low + high) / 2
            if levels[level].lanes[lane].tasks[middle] < task { low = middle + 1 } else { high = middle }
        }
        levels[level].lanes[lane].tasks.insert(task, at: low)
    }

    /// The next task, which stays in the queue.
    package mutating func peek() -> TaskID? {
        while let level = levels.indices.last {
            while !levels[level].lanes.isEmpty {
                if levels[level].turn >= levels[level].lanes.count { levels[level].turn = 0 }
                let turn = levels[level].turn
                while let task = levels[level].lanes[turn].tasks.first {
                    if queued[task] != nil { return task }
                    levels[level].lanes[turn].tasks.removeFirst()
                    goneCount -= 1
                }
                levels[level].lanes.remove(at: turn)
            }
            levels.removeLast()
        }
        return nil
    }

    /// Takes the next task out.
    package mutating func popFirst() -> TaskID? {
        guard let task = peek() else { return nil }
        let (level, turn) = (levels.count - 1, levels[levels.count - 1].turn)
        levels[level].lanes[turn].tasks.removeFirst()
        levels[level].turn += 1
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
        var rest = self
        var tasks: [TaskID] = []
        while let task = rest.popFirst() { tasks.append(task) }
        return tasks
    }

    private mutating func compact() {
        for level in levels.indices {
            for lane in levels[level].lanes.indices {
                levels[level].lanes[lane].tasks.removeAll { queued[$0] == nil }
            }
        }
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
        if low == levels.count || levels[low].priority != priority {
            levels.insert(Level(priority: priority), at: low)
        }
        return low
    }
}
