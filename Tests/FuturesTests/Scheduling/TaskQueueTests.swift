// SPDX-License-Identifier: Apache-2.0
// The queue of waiting tasks against a sorted list.

import Testing

@testable import Futures

@Suite struct TaskQueueTests {
    @Test func highestPriorityFirstThenOldest() {
        var queue = TaskQueue()
        for (task, priority) in [(1, 0), (2, 5), (3, 0), (4, -3), (5, 5)] as [(TaskID, Int)] {
            queue.append(task, priority: priority)
        }
        #expect(queue.tasks == [2, 5, 1, 3, 4])
        #expect(queue.count == 5)
        #expect(queue.peek() == 2)
        #expect((0..<6).map { _ in queue.popFirst() } == [2, 5, 1, 3, 4, nil])
        #expect(queue.isEmpty)
    }

    @Test func executorsTakeTurns() {
        var queue = TaskQueue()
        for number in 0..<6 as Range<UInt64> { queue.append(TaskID(number), priority: 0, client: 1) }
        for number in 6..<8 as Range<UInt64> { queue.append(TaskID(number), priority: 0, client: 2) }
        queue.append(TaskID(8), priority: 1, client: 1)
        #expect(queue.tasks.map(\.number) == [8, 0, 6, 1, 7, 2, 3, 4, 5])
        #expect(queue.popFirst() == TaskID(8))
        #expect(queue.popFirst() == TaskID(0))
        queue.remove(TaskID(6))
        queue.restore(TaskID(0), priority: 0, client: 1)
        #expect(queue.tasks.map(\.number) == [7, 0, 1, 2, 3, 4, 5])
    }

    @Test func restoredTasksStandBeforeYoungerOnes() {
        var queue = TaskQueue()
        for number in 1...6 as ClosedRange<UInt64> { queue.append(TaskID(number), priority: 0) }
        for _ in 1...4 { _ = queue.popFirst() }
        for task in [3, 1, 4, 2] as [TaskID] { queue.restore(task, priority: 0) }
        #expect(queue.tasks == [1, 2, 3, 4, 5, 6])
    }

    @Test func removedTasksAreSkipped() {
        var queue = TaskQueue()
        for number in 1...4 as ClosedRange<UInt64> { queue.append(TaskID(number), priority: 0) }
        queue.remove(1)
        queue.remove(3)
        queue.remove(3)
        queue.remove(99)
        #expect(queue.count == 2)
        #expect(queue.tasks == [2, 4])
        #expect(queue.popFirst() == 2)
        #expect(queue.popFirst() == 4)
        #expect(queue.popFirst() == nil)
    }

    @Test func behavesLikeASortedList() {
        for seed in 0..<50 as Range<UInt64> { compareWithASortedList(seed: seed) }
    }

    private func compareWithASortedList(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var queue = TaskQueue()
        var model: [(priority: Int, task: TaskID)] = []
        var popped: [(priority: Int, task: TaskID)] = []
        // One seed in five only appends and removes, so that the gone ones are compacted while the front stays.
        let pops = seed % 5 != 0
        for number in 0..<600 as Range<UInt64> {
            switch random.below(pops ? 5 : 3) {
            case 0, 1:
                let priority = random.below(4) - 2
                queue.append(TaskID(number), priority: priority)
                model.append((priority, TaskID(number)))
            case 2:
                guard !model.isEmpty else { continue }
                queue.remove(model.remove(at: random.below(model.count)).task)
            case 3:
                let task = queue.popFirst()
                #expect(task == model.first?.task)
                if !model.isEmpty { popped.append(model.removeFirst()) }
            default:
                guard !popped.isEmpty else { continue }
                let (priority, task) = popped.remove(at: random.below(popped.count))
                queue.restore(task, priority: priority)
                model.append((priority, task))
            }
            model.sort { ($1.priority, $0.task) < ($0.priority, $1.task) }
            #expect(queue.tasks == model.map(\.task))
            #expect(queue.count == model.count)
            #expect(queue.peek() == model.first?.task)
        }
    }
}
