// SPDX-License-Identifier: Apache-2.0
// A dictionary for keys that are numbered one after the other.

import DequeModule

/// A key that is a number; keys come in about the order of their numbers.
package protocol DenseKey: Sendable {
    /// The number, from 0.
    var denseIndex: UInt64 { get }
    /// The key of a number.
    init(denseIndex: UInt64)
}

/// A table from consecutive numbers to values, without hashing.
///
/// Values lie in pages of 256 numbers. A page goes when its last value does, so what is left of old numbers costs a page
/// each and 8 bytes for every page in between. Lookups, insertions and removals are O(1).
package struct DenseTable<Key: DenseKey, Value: Sendable>: Sendable {
    private static var pageSize: UInt64 { 256 }

    private struct Page: Sendable {
        var slots: ContiguousArray<Value?>
        var count = 0
    }

    private var pages: Deque<Page?> = []
    /// An empty page, kept because tables are often filled and emptied again and again.
    private var spare: Page?
    /// The number of the first page.
    private var base: UInt64 = 0
    package private(set) var count = 0

    package init() {}

    /// Whether nothing is in the table.
    package var isEmpty: Bool { count == 0 }

    /// The value of a key; assigning `nil` removes it.
    package subscript(key: Key) -> Value? {
        get {
            guard let position = position(key), let page = pages[position] else { return nil }
            return page.slots[Self.slot(key)]
        }
        _modify {
            guard let position = position(key), pages[position] != nil else {
                var value: Value?
                yield &value
                if let value { insert(value, key) }
                return
            }
            let slot = Self.slot(key)
            let before = pages[position]!.slots[slot] != nil
            // Safe: the page was just seen, and only this access changes the table.
            yield &pages[position]!.slots[slot]
            let after = pages[position]!.slots[slot] != nil
            if before != after { recount(position, after ? 1 : -1) }
        }
    }

    /// Removes a key and returns its value.
    @discardableResult
    package mutating func removeValue(forKey key: Key) -> Value? {
        guard let position = position(key), pages[position] != nil else { return nil }
        // Safe: the page was just seen.
        let value = pages[position]!.slots[Self.slot(key)].take()
        if value != nil { recount(position, -1) }
        return value
    }

    /// The keys, in order.
    package var keys: [Key] {
        var keys: [Key] = []
        keys.reserveCapacity(count)
        for (position, page) in pages.enumerated() {
            guard let page else { continue }
            for slot in page.slots.indices where page.slots[slot] != nil {
                keys.append(Key(denseIndex: (base + UInt64(position)) * Self.pageSize + UInt64(slot)))
            }
        }
        return keys
    }

    private static func slot(_ key: Key) -> Int { Int(key.denseIndex % pageSize) }

    private func position(_ key: Key) -> Int? {
        let page = key.denseIndex / Self.pageSize
        guard page >= base, page - base < UInt64(pages.count) else { return nil }
        return Int(page - base)
    }

    private mutating func insert(_ value: Value, _ key: Key) {
        let page = key.denseIndex / Self.pageSize
        if pages.isEmpty { base = page }
        while page < base {
            pages.prepend(nil)
            base -= 1
        }
        while page - base >= UInt64(pages.count) { pages.append(nil) }
        let position = Int(page - base)
        if pages[position] == nil {
            pages[position] =
                spare.take() ?? Page(slots: ContiguousArray(repeating: nil, count: Int(Self.pageSize)))
        }
        pages[position]?.slots[Self.slot(key)] = value
        recount(position, 1)
    }

    private mutating func recount(_ position: Int, _ change: Int) {
        count += change
        pages[position]?.count += change
        guard pages[position]?.count == 0 else { return }
        spare = pages[position].take()
        while let first = pages.first, first == nil {
            pages.removeFirst()
            base += 1
        }
    }
}

extension TaskID: DenseKey {
    package var denseIndex: UInt64 { number }
    package init(denseIndex: UInt64) { self.init(denseIndex) }
}

extension WorkerID: DenseKey {
    package var denseIndex: UInt64 { UInt64(number) }
    package init(denseIndex: UInt64) { self.init(Int(denseIndex)) }
}
