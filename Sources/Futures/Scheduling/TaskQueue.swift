// SPDX-License-Identifier: Apache-2.0
// The tasks that wait, by priority and then by age.

import DequeModule

/// A first-in, first-out queue for each priority; the highest priority comes first.
///
/// A task that leaves the queue by another way than the front (a cancellation) is marked as gone and skipped later,
/// so every operation is O(1) amortised, times the logarithm of the number of different priorities.
package struct TaskQueue: Sendable {
    private var levels: [(priority: Int, tasks: Deque<TaskID>)] = []
    private var queued: Set<TaskID> = []

    package init() {}

    package var count: Int { queued.count }

    package var isEmpty: Bool { queued.isEmpty }

    /// Puts a task behind the others of its priority.
    package mutating func append(_ task: TaskID, priority: Int) {
        queued.insert(task)
        levels[level(priority)].tasks.append(task)
    }

    /// Puts a task before the others of its priority: it had its turn before.
    package mutating func prepend(_ task: TaskID, priority: Int) {
        queued.insert(task)
        levels[level(priority)].tasks.prepend(task)
    }

    /// The next task, which stays in the queue.
    package mutating func peek() -> TaskID? {
        while !levels.isEmpty {
            while let task = levels[0].tasks.first {
                if queued.contains(task) { return task }
                levels[0].tasks.removeFirst()
            }
            levels.removeFirst()
        }
        return nil
    }

    /// Takes the next task out.
    package mutating func popFirst() -> TaskID? {
        guard let task = peek() else { return nil }
        levels[0].tasks.removeFirst()
        queued.remove(task)
        return task
    }

    /// Takes a task out, wherever it stands.
    ///
    /// The task must not be queued again afterwards: its old place is only skipped.
    package mutating func remove(_ task: TaskID) {
        queued.remove(task)
    }

    /// Every waiting task, in the order in which they would start.
    package var tasks: [TaskID] {
        levels.flatMap { level in level.tasks.filter { queued.contains($0) } }
    }

    private mutating func level(_ priority: Int) -> Int {
        var index = 0
        while index < levels.count, levels[index].priority > priority { index += 1 }
        if index == levels.count || levels[index].priority != priority {
            levels.insert((priority, []), at: index)
        }
        return index
    }
}
