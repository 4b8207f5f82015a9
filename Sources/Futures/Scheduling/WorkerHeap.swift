// SPDX-License-Identifier: Apache-2.0
// A priority queue of workers in which a worker's key can change.

/// Workers ordered by a key, smallest first, equal keys by number; every change costs O(log n).
package struct WorkerHeap: Sendable {
    private struct Entry {
        var key: Int
        var worker: WorkerID

        func precedes(_ other: Entry) -> Bool {
            key != other.key ? key < other.key : worker < other.worker
        }
    }

    private var entries: [Entry] = []
    private var positions = DenseTable<WorkerID, Int>()

    package init() {}

    /// Whether no worker is there.
    package var isEmpty: Bool { entries.isEmpty }

    /// How many workers are there.
    package var count: Int { entries.count }

    /// The worker with the smallest key.
    package var first: (worker: WorkerID, key: Int)? {
        entries.first.map { ($0.worker, $0.key) }
    }

    /// Whether a worker is there.
    package func contains(_ worker: WorkerID) -> Bool { positions[worker] != nil }

    /// Inserts a worker or changes its key.
    package mutating func set(_ worker: WorkerID, key: Int) {
        let entry = Entry(key: key, worker: worker)
        if let position = positions[worker] {
            entries[position] = entry
            settle(position)
        } else {
            entries.append(entry)
            positions[worker] = entries.count - 1
            siftUp(entries.count - 1)
        }
    }

    /// Removes a worker; nothing happens where it is not there.
    package mutating func remove(_ worker: WorkerID) {
        guard let position = positions.removeValue(forKey: worker) else { return }
        let last = entries.removeLast()
        guard position < entries.count else { return }
        entries[position] = last
        positions[last.worker] = position
        settle(position)
    }

    private mutating func settle(_ position: Int) {
        siftDown(siftUp(position))
    }

    @discardableResult private mutating func siftUp(_ start: Int) -> Int {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].precedes(entries[parent]) else { break }
            exchange(child, parent)
            child = parent
        }
        return child
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            var smallest = parent
            let left = 2 * parent + 1
            let right = left + 1
            if left < entries.count, entries[left].precedes(entries[smallest]) { smallest = left }
            if right < entries.count, entries[right].precedes(entries[smallest]) { smallest = right }
            guard smallest != parent else { return }
            exchange(parent, smallest)
            parent = smallest
        }
    }

    private mutating func exchange(_ a: Int, _ b: Int) {
        entries.swapAt(a, b)
        positions[entries[a].worker] = a
        positions[entries[b].worker] = b
    }
}
