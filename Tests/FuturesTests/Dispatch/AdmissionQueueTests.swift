// SPDX-License-Identifier: Apache-2.0
// The queue of submitters against a model that does the same in the plainest way.

import Testing

@testable import Futures

@Suite struct AdmissionQueueTests {
    /// The same rules, recomputed from lists each time.
    struct Model {
        var limits: AdmissionQueue.Limits
        var held: [Int] = []
        var waiting: [(ticket: UInt64, bytes: Int)] = []

        func hasRoom(_ bytes: Int) -> Bool {
            held.isEmpty || held.count < limits.tasks && held.reduce(0, +) + bytes <= limits.bytes
        }

        mutating func admitNow(_ bytes: Int) -> Bool {
            guard waiting.isEmpty, hasRoom(bytes) else { return false }
            held.append(bytes)
            return true
        }

        mutating func release(_ index: Int) -> [UInt64] {
            held.remove(at: index)
            var admitted: [UInt64] = []
            while let first = waiting.first, hasRoom(first.bytes) {
                admitted.append(first.ticket)
                held.append(first.bytes)
                waiting.removeFirst()
            }
            return admitted
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func behavesAsItsModel(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let limits = AdmissionQueue.Limits(tasks: 1 + random.below(6), bytes: 1 + random.below(300))
        var model = Model(limits: limits)
        var queue = AdmissionQueue(limits: limits)
        var ticket: UInt64 = 0
        for _ in 0..<2000 {
            let bytes = random.percent(20) ? 0 : random.below(200)
            switch random.below(5) {
            case 0:
                #expect(queue.admitNow(bytes: bytes) == model.admitNow(bytes))
            case 1, 2:
                ticket += 1
                let isIn = model.admitNow(bytes)
                if !isIn { model.waiting.append((ticket, bytes)) }
                #expect(queue.admit(ticket, bytes: bytes) == isIn)
            case 3 where !model.held.isEmpty:
                let index = random.below(model.held.count)
                #expect(queue.release(bytes: model.held[index]) == model.release(index))
            default:
                // Now and then a ticket that does not wait; the last of those that do, so that nobody moves up.
                let last = random.percent(30) ? 1 << 40 : model.waiting.last?.ticket ?? 1 << 41
                let waits = model.waiting.contains { $0.ticket == last }
                if waits { model.waiting.removeLast() }
                #expect(queue.withdraw(last) == waits)
            }
        }
    }

    @Test func lettingEverythingGoLetsEverybodyIn() {
        var queue = AdmissionQueue(limits: .init(tasks: 3, bytes: 10))
        for ticket in 0..<3 as Range<UInt64> { #expect(queue.admit(ticket, bytes: 1) == true) }
        for ticket in 3..<100 as Range<UInt64> { #expect(queue.admit(ticket, bytes: 1) == false) }
        var admitted: [UInt64] = []
        for _ in 0..<100 { admitted += queue.release(bytes: 1) }
        #expect(admitted == Array(3..<100))
        let isIn = queue.admitNow(bytes: 1000)
        #expect(isIn)
    }
}
