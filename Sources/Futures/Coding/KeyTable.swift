// SPDX-License-Identifier: Apache-2.0
// Remembers where key names were written, so that they are written once.

/// Where a keyed container stands in the list of keys of its key type.
struct KeyCursor {
    /// The key type's place in the table.
    var shape: Int
    /// The place of the key that is expected next.
    var next = 0
    /// The list's generation when the container was made.
    var generation: Int
    /// The last key that was a number.
    var lastNumber: Int?
}

/// The key names that were written, by key type and in the order in which they are used.
///
/// Values of one type mostly encode the same keys in the same order, so the next key is compared with the one that
/// followed last time; only where that fails the list is searched.
struct KeyTable {
    private struct Shape {
        let type: ObjectIdentifier
        let isDictionary: Bool
        var generation = 0
        var keys: [(name: String, definition: Int)] = []
        var places: [String: Int] = [:]
    }

    /// What is known of a key.
    struct Finding {
        /// Where the name stands, by its number in `definitions`; `nil` if it must be written.
        var definition: Int?
        /// Whether the key may have been written in this container before.
        var mayRepeat: Bool
    }

    /// The offsets of the names, in the order in which they were written.
    private(set) var definitions: [Int] = []
    private var shapes: [Shape] = []

    private static var keyLimit: Int { 256 }
    private static var dictionaryKeyLimit: Int { 64 }
    private static var linearSearchLimit: Int { 8 }

    /// A cursor for a new container.
    mutating func cursor(_ type: Any.Type) -> KeyCursor {
        let id = ObjectIdentifier(type)
        if let shape = shapes.firstIndex(where: { $0.type == id }) {
            return KeyCursor(shape: shape, generation: shapes[shape].generation)
        }
        shapes.append(Shape(type: id, isDictionary: id == DictionaryKeys.type))
        return KeyCursor(shape: shapes.count - 1, generation: 0)
    }

    /// The offset of a name, if it is the expected one.
    @inline(__always)
    func expected(_ name: String, _ cursor: inout KeyCursor) -> Int? {
        guard cursor.next < shapes[cursor.shape].keys.count,
            shapes[cursor.shape].keys[cursor.next].name == name,
            shapes[cursor.shape].generation == cursor.generation
        else { return nil }
        let definition = shapes[cursor.shape].keys[cursor.next].definition
        cursor.next += 1
        return definitions[definition]
    }

    /// Looks for a name that is not the expected one.
    mutating func search(_ name: String, _ cursor: inout KeyCursor) -> Finding {
        let shape = shapes[cursor.shape]
        // A list that changed meanwhile doesn't tell what this container has written.
        var mayRepeat = shape.generation != cursor.generation && !shape.isDictionary
        cursor.generation = shape.generation
        if shape.isDictionary, shape.keys.count >= Self.dictionaryKeyLimit {
            return Finding(definition: nil, mayRepeat: false)
        }
        guard let place = place(of: name, in: shape) else {
            let isFull = shape.keys.count >= Self.keyLimit
            return Finding(definition: nil, mayRepeat: !shape.isDictionary && (mayRepeat || isFull))
        }
        if place < cursor.next, !shape.isDictionary { mayRepeat = true }
        cursor.next = place + 1
        return Finding(definition: definitions[shape.keys[place].definition], mayRepeat: mayRepeat)
    }

    private func place(of name: String, in shape: Shape) -> Int? {
        shape.keys.count > Self.linearSearchLimit
            ? shape.places[name] : shape.keys.firstIndex { $0.name == name }
    }

    /// Whether keys of this container come from a dictionary, which has each only once.
    func isDictionary(_ cursor: KeyCursor) -> Bool { shapes[cursor.shape].isDictionary }

    /// Takes down that a name was written at an offset.
    mutating func define(_ name: String, at offset: Int, _ cursor: inout KeyCursor) {
        let count = shapes[cursor.shape].keys.count
        let limit = shapes[cursor.shape].isDictionary ? Self.dictionaryKeyLimit : Self.keyLimit
        guard count < limit else { return }
        let place = min(cursor.next, count)
        shapes[cursor.shape].keys.insert((name, definitions.count), at: place)
        definitions.append(offset)
        cursor.next = place + 1
        if place < count {
            shapes[cursor.shape].generation += 1
            cursor.generation = shapes[cursor.shape].generation
        }
        index(cursor.shape, from: place)
    }

    private mutating func index(_ shape: Int, from place: Int) {
        guard shapes[shape].keys.count > Self.linearSearchLimit else { return }
        let first = shapes[shape].places.isEmpty ? 0 : place
        for index in first..<shapes[shape].keys.count {
            shapes[shape].places[shapes[shape].keys[index].name] = index
        }
    }

    /// Moves the names that were written last, along with the bytes around them.
    mutating func moveDefinitions(from first: Int, by distance: Int) {
        for index in first..<definitions.count { definitions[index] += distance }
    }

    /// Forgets the names that were written last, because their bytes are taken back.
    mutating func removeDefinitions(from first: Int) {
        guard first < definitions.count else { return }
        definitions.removeSubrange(first...)
        for shape in shapes.indices {
            shapes[shape].keys.removeAll { $0.definition >= first }
            shapes[shape].places = [:]
            shapes[shape].generation += 1
            index(shape, from: 0)
        }
    }
}

/// Tells the key type that dictionaries use.
private enum DictionaryKeys {
    /// The standard library's key type for dictionaries with string keys.
    ///
    /// It has no public name, but strings give one out.
    static let type = ObjectIdentifier(Swift.type(of: "".codingKey as any CodingKey))
}
