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
            settle(entry, at: position)
        } else {
            entries.append(entry)
            settle(entry, at: entries.count - 1)
        }
    }

    /// Removes a worker; nothing happens where it is not there.
    package mutating func remove(_ worker: WorkerID) {
        guard let position = positions.removeValue(forKey: worker) else { return }
        let last = entries.removeLast()
        if position < entries.count { settle(last, at: position) }
    }

    /// Finds the place of an entry, beginning with one that is free for it.
    private mutating func settle(_ entry: Entry, at position: Int) {
        if position > 0, entry.precedes(entries[(position - 1) / 2]) {
            siftUp(entry, from: position)
        } else {
            siftDown(entry, from: position)
        }
    }

    private mutating func siftUp(_ entry: Entry, from start: Int) {
        var hole = start
        while hole > 0 {
            let parent = (hole - 1) / 2
            guard entry.precedes(entries[parent]) else { break }
            put(entries[parent], at: hole)
            hole = parent
        }
        put(entry, at: hole)
    }

    private mutating func siftDown(_ entry: Entry, from start: Int) {
        var hole = start
        while true {
            var child = 2 * hole + 1
            if child + 1 < entries.count, entries[child + 1].precedes(entries[child]) { child += 1 }
            guard child < entries.count, entries[child].precedes(entry) else { break }
            put(entries[child], at: hole)
            hole = child
        }
        put(entry, at: hole)
    }

    private mutating func put(_ entry: Entry, at position: Int) {
        entries[position] = entry
        positions[entry.worker] = position
    }
}
