// SPDX-License-Identifier: Apache-2.0
// The heap of workers against a sorted list.

import Testing

@testable import Futures

@Suite struct WorkerHeapTests {
    @Test func smallestKeyFirstThenSmallestNumber() {
        var heap = WorkerHeap()
        heap.set(3, key: 1)
        heap.set(2, key: 1)
        heap.set(1, key: 7)
        #expect(heap.first?.worker == 2)
        heap.set(1, key: 0)
        #expect(heap.first?.worker == 1)
        #expect(heap.first?.key == 0)
        heap.remove(1)
        heap.remove(1)
        #expect(heap.count == 2)
        #expect(!heap.contains(1))
        #expect(heap.contains(2))
    }

    @Test func emptyHeapHasNoFirst() {
        var heap = WorkerHeap()
        #expect(heap.isEmpty)
        #expect(heap.first == nil)
        heap.set(1, key: 0)
        heap.remove(1)
        #expect(heap.isEmpty)
        #expect(heap.first == nil)
    }

    @Test func behavesLikeASortedList() {
        for seed in 0..<50 as Range<UInt64> { compareWithASortedList(seed: seed) }
    }

    private func compareWithASortedList(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var heap = WorkerHeap()
        var model: [Int: Int] = [:]
        for _ in 0..<600 {
            let worker = random.below(40)
            if random.percent(60) {
                let key = random.below(9) - 4
                heap.set(WorkerID(worker), key: key)
                model[worker] = key
            } else {
                heap.remove(WorkerID(worker))
                model[worker] = nil
            }
            let first = model.min { ($0.value, $0.key) < ($1.value, $1.key) }
            #expect(heap.first?.worker.number == first?.key)
            #expect(heap.first?.key == first?.value)
            #expect(heap.count == model.count)
            #expect(heap.contains(WorkerID(worker)) == (model[worker] != nil))
        }
        var drained: [Int] = []
        while let (worker, _) = heap.first {
            drained.append(worker.number)
            heap.remove(worker)
        }
        #expect(drained == model.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key))
    }
}
