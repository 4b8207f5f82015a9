// SPDX-License-Identifier: Apache-2.0
// The table of consecutive numbers against a dictionary.

import Testing

@testable import Futures

@Suite struct DenseTableTests {
    @Test func valuesAreFoundUnderTheirKeys() {
        var table = DenseTable<TaskID, String>()
        #expect(table.isEmpty)
        table[7] = "seven"
        table[1000] = "thousand"
        table[3] = "three"
        #expect(table.count == 3)
        #expect(table[7] == "seven")
        #expect(table[8] == nil)
        #expect(table[.init(UInt64.max)] == nil)
        #expect(table.keys == [3, 7, 1000])
        table[7]?.append("!")
        #expect(table[7] == "seven!")
        // What is not there is not made by looking at it.
        table[8]?.append("!")
        table[5000]?.append("!")
        #expect(table.count == 3)
        #expect(table.removeValue(forKey: 7) == "seven!")
        #expect(table.removeValue(forKey: 7) == nil)
        table[1000] = nil
        table[2000] = nil
        #expect(table.keys == [3])
    }

    @Test func anEmptiedTableStartsAnywhere() {
        var table = DenseTable<WorkerID, Int>()
        for start in [100_000, 5, 70_000, 0] {
            for number in start..<start + 600 { table[WorkerID(number)] = number }
            #expect(table.count == 600)
            for number in (start..<start + 600).reversed() {
                #expect(table.removeValue(forKey: WorkerID(number)) == number)
            }
            #expect(table.isEmpty)
            #expect(table.keys == [])
        }
    }

    @Test func copiesAreIndependent() {
        var table = DenseTable<TaskID, Int>()
        for number in 0..<300 as Range<UInt64> { table[TaskID(number)] = Int(number) }
        let before = table
        for number in 0..<300 as Range<UInt64> { table[TaskID(number)] = nil }
        table[0] = -1
        #expect(before.count == 300)
        #expect((0..<300).allSatisfy { before[TaskID($0)] == Int($0) })
    }

    @Test func behavesLikeADictionary() {
        for seed in 0..<30 as Range<UInt64> { compareWithADictionary(seed: seed) }
    }

    private func compareWithADictionary(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var table = DenseTable<TaskID, Int>()
        var model: [TaskID: Int] = [:]
        // A window of keys that moves up, as tasks do, with some that come back from below.
        for step in 0..<3000 {
            let key = TaskID(UInt64(max(0, step + random.below(600) - 300)))
            switch random.below(5) {
            case 0, 1:
                table[key] = step
                model[key] = step
            case 2:
                table[key]? += 1
                model[key]? += 1
            case 3:
                #expect(table.removeValue(forKey: key) == model.removeValue(forKey: key))
            default:
                table[key] = nil
                model[key] = nil
            }
            #expect(table[key] == model[key])
            #expect(table.count == model.count)
            if step % 300 == 299 { #expect(table.keys == model.keys.sorted()) }
        }
    }
}
