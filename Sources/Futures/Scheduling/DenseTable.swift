// SPDX-License-Identifier: Apache-2.0
// A dictionary for keys that are numbered one after the other.

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
/// each and 16 bytes for every page in between. Lookups, insertions and removals are O(1) amortised.
package struct DenseTable<Key: DenseKey, Value: Sendable>: Sendable {
    private static var pageSize: Int { 256 }

    private struct Page: Sendable {
        /// Empty where no number of the page is in the table.
        var slots: ContiguousArray<Value?> = []
        var count = 0
    }

    private var pages: ContiguousArray<Page> = []
    /// The slots of an empty page, kept because tables are often filled and emptied again and again.
    private var spare: ContiguousArray<Value?>?
    /// The number of the first page.
    private var base = 0
    /// Pages at the front without values.
    private var leading = 0
    /// How many values are in the table.
    package private(set) var count = 0

    package init() {}

    /// Whether nothing is in the table.
    package var isEmpty: Bool { count == 0 }

    /// The value of a key; assigning `nil` removes it.
    package subscript(key: Key) -> Value? {
        get {
            let number = Int(truncatingIfNeeded: key.denseIndex)
            let position = number / Self.pageSize - base
            guard number >= 0, position >= 0, position < pages.count, pages[position].count > 0 else { return nil }
            return pages[position].slots[number % Self.pageSize]
        }
        _modify {
            guard let position = position(key), pages[position].count > 0 else {
                var value: Value?
                yield &value
                if let value { insert(value, key) }
                return
            }
            let slot = Self.slot(key)
            let before = pages[position].slots[slot] != nil
            yield &pages[position].slots[slot]
            let after = pages[position].slots[slot] != nil
            if before != after { recount(position, after ? 1 : -1) }
        }
    }

    /// Removes a key and returns its value.
    @discardableResult
    package mutating func removeValue(forKey key: Key) -> Value? {
        guard let position = position(key), pages[position].count > 0 else { return nil }
        let value = pages[position].slots[Self.slot(key)].take()
        if value != nil { recount(position, -1) }
        return value
    }

    /// The keys, in order.
    package var keys: [Key] {
        var keys: [Key] = []
        keys.reserveCapacity(count)
        for (position, page) in pages.enumerated() {
            for slot in page.slots.indices where page.slots[slot] != nil {
                keys.append(Key(denseIndex: UInt64((base + position) * Self.pageSize + slot)))
            }
        }
        return keys
    }

    private static func slot(_ key: Key) -> Int { Int(truncatingIfNeeded: key.denseIndex) % pageSize }

    private func position(_ key: Key) -> Int? {
        let number = Int(truncatingIfNeeded: key.denseIndex)
        let position = number / Self.pageSize - base
        return number >= 0 && position >= 0 && position < pages.count ? position : nil
    }

    private mutating func insert(_ value: Value, _ key: Key) {
        let page = Int(key.denseIndex) / Self.pageSize
        if isEmpty {
            pages.removeAll(keepingCapacity: true)
            base = page
        } else if page < base {
            pages.insert(contentsOf: repeatElement(Page(), count: base - page), at: 0)
            base = page
        }
        while page - base >= pages.count { pages.append(Page()) }
        let position = page - base
        if pages[position].slots.isEmpty {
            pages[position].slots = spare.take() ?? ContiguousArray(repeating: nil, count: Self.pageSize)
        }
        pages[position].slots[Self.slot(key)] = value
        leading = count == 0 ? 0 : min(leading, position)
        recount(position, 1)
    }

    private mutating func recount(_ position: Int, _ change: Int) {
        count += change
        pages[position].count += change
        guard pages[position].count == 0 else { return }
        spare = pages[position].slots
        pages[position].slots = []
        while leading < pages.count, pages[leading].count == 0 { leading += 1 }
        // Old pages go in bulk: as many as stay, so that moving those costs nothing per page.
        if leading > 8 && leading > pages.count / 2 {
            pages.removeFirst(leading)
            base += leading
            leading = 0
        }
    }
}

extension TaskID: DenseKey {
    package var denseIndex: UInt64 { number }
    package init(denseIndex: UInt64) { self.init(denseIndex) }
}

extension WorkerID: DenseKey {
    package var denseIndex: UInt64 { UInt64(truncatingIfNeeded: number) }
    package init(denseIndex: UInt64) { self.init(Int(denseIndex)) }
}
