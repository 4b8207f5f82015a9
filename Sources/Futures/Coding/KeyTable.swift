// SPDX-License-Identifier: Apache-2.0
// Remembers where key names were written, so that they are written once.

/// Where a keyed container stands in the list of keys of its key type.
struct KeyCursor {
    /// The key type's place in the table.
    let shape: Int
    /// The key that was written last; -1 before the first.
    var previous = -1
    /// The last key that was a number.
    var lastNumber: Int?
}

/// The key names that were written: for each key type a list in the order in which they are used.
///
/// Values of one type mostly encode the same keys in the same order, so the next key is compared with the one that
/// followed last time; only where that fails the list is searched. As long as a container goes forward in the list it
/// can't have written the key before: a key that is new is put in after the one that was written last.
struct KeyTable {
    private struct Key {
        let name: String
        /// Where the name stands in the payload.
        var offset: Int
        /// The key after this one; -1 after the last.
        var next: Int
    }

    private struct Shape {
        let type: ObjectIdentifier
        /// Whether each key occurs only once in a container, because a dictionary's keys do.
        let isDictionary: Bool
        /// The first key; -1 if there is none.
        var first = -1
        var count = 0
    }

    /// What is known of a key.
    struct Finding {
        /// Where the name stands; `nil` if it must be written.
        let offset: Int?
        /// Whether the key may have been written in this container before.
        let mayRepeat: Bool
    }

    private var keys: [Key] = []
    private var shapes: [Shape] = []

    private static var keyLimit: Int { 256 }
    private static var dictionaryKeyLimit: Int { 64 }
    /// How far a full list is searched.
    private static var searchLimit: Int { 16 }

    /// The number of names that were written.
    var count: Int { keys.count }

    /// A cursor for a new container.
    mutating func cursor(_ type: Any.Type) -> KeyCursor {
        let id = ObjectIdentifier(type)
        for index in shapes.indices where shapes[index].type == id { return KeyCursor(shape: index) }
        if shapes.isEmpty {
            shapes.reserveCapacity(4)
            keys.reserveCapacity(12)
        }
        shapes.append(Shape(type: id, isDictionary: id == DictionaryKeys.type))
        return KeyCursor(shape: shapes.count - 1)
    }

    /// Whether keys of this container come from a dictionary, which has each only once.
    func isDictionary(_ cursor: KeyCursor) -> Bool { shapes[cursor.shape].isDictionary }

    private func next(_ cursor: KeyCursor) -> Int {
        cursor.previous < 0 ? shapes[cursor.shape].first : keys[cursor.previous].next
    }

    /// The offset of a name, if it is the expected one.
    @inline(__always)
    func expected(_ name: String, _ cursor: inout KeyCursor) -> Int? {
        let key = next(cursor)
        guard key >= 0, keys[key].name == name else { return nil }
        cursor.previous = key
        return keys[key].offset
    }

    /// Looks for a name that is not the expected one: from there to the end of the list, then from its start.
    func search(_ name: String, _ cursor: inout KeyCursor) -> Finding {
        let isDictionary = shapes[cursor.shape].isDictionary
        let isFull = shapes[cursor.shape].count >= (isDictionary ? Self.dictionaryKeyLimit : Self.keyLimit)
        var room = isFull ? (isDictionary ? 0 : Self.searchLimit) : Int.max
        let expected = next(cursor)
        var key = expected
        while key >= 0, room > 0 {
            if keys[key].name == name {
                cursor.previous = key
                return Finding(offset: keys[key].offset, mayRepeat: false)
            }
            key = keys[key].next
            room -= 1
        }
        key = shapes[cursor.shape].first
        while key >= 0, key != expected, room > 0 {
            if keys[key].name == name {
                cursor.previous = key
                return Finding(offset: keys[key].offset, mayRepeat: !isDictionary)
            }
            key = keys[key].next
            room -= 1
        }
        return Finding(offset: nil, mayRepeat: isFull && !isDictionary)
    }

    /// Takes down that a name was written at an offset.
    mutating func define(_ name: String, at offset: Int, _ cursor: inout KeyCursor) {
        let limit = shapes[cursor.shape].isDictionary ? Self.dictionaryKeyLimit : Self.keyLimit
        guard shapes[cursor.shape].count < limit else { return }
        keys.append(Key(name: name, offset: offset, next: next(cursor)))
        if cursor.previous < 0 {
            shapes[cursor.shape].first = keys.count - 1
        } else {
            keys[cursor.previous].next = keys.count - 1
        }
        shapes[cursor.shape].count += 1
        cursor.previous = keys.count - 1
    }

    /// Moves the names that were written last, along with the bytes around them.
    mutating func moveNames(from first: Int, by distance: Int) {
        for index in first..<keys.count { keys[index].offset += distance }
    }

    /// Forgets the names that were written last, because their bytes are taken back.
    mutating func removeNames(from first: Int) {
        guard first < keys.count else { return }
        for index in 0..<first {
            while keys[index].next >= first { keys[index].next = keys[keys[index].next].next }
        }
        for shape in shapes.indices {
            while shapes[shape].first >= first { shapes[shape].first = keys[shapes[shape].first].next }
            var key = shapes[shape].first
            shapes[shape].count = 0
            while key >= 0 {
                shapes[shape].count += 1
                key = keys[key].next
            }
        }
        keys.removeSubrange(first...)
    }
}

/// Tells the key type that dictionaries use.
private enum DictionaryKeys {
    /// The standard library's key type for dictionaries with string keys.
    ///
    /// It has no public name, but strings give one out.
    static let type = ObjectIdentifier(Swift.type(of: "".codingKey as any CodingKey))
}
