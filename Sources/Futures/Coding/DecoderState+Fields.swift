// SPDX-License-Identifier: Apache-2.0
// Opens containers and finds the entry of a key.

/// An entry of a keyed container.
struct WireField {
    /// The offset of the key.
    let key: Int
    /// The offset of the value.
    let value: Int
    /// The offset after the container.
    let limit: Int
}

extension DecoderState {
    /// How many entries are looked at in vain before an index is made.
    private static var missLimit: Int { 256 }

    /// Makes the value of a scope ready to be read as a keyed container.
    func openFields(_ scope: Int, _ id: Int) throws {
        try check(scope, id)
        guard scopes[scope].fields == nil else { return }
        let location = scopes[scope].location
        do throws(WireFault) {
            if let element = location.element { throw reader.mismatch(element, location.offset) }
            let fields = try reader.keyed(at: location.offset, limit: location.limit)
            scopes[scope].fields = fields
            scopes[scope].cursor = fields.body
            if fields.mayRepeat { scopes[scope].index = try FieldIndex(fields, reader) }
        } catch {
            throw error.decodingError(KeyedContainer.self, in: reader, path: path(of: scope))
        }
    }

    /// Makes an unkeyed container of a value.
    func unkeyed(_ location: WireLocation, _ scope: Int, _ id: Int) throws -> UnkeyedDecoding {
        do throws(WireFault) {
            if let element = location.element { throw reader.mismatch(element, location.offset) }
            let extent = try reader.unkeyed(at: location.offset, limit: location.limit)
            return UnkeyedDecoding(state: self, scope: scope, id: id, extent: extent)
        } catch {
            throw error.decodingError(UnkeyedContainer.self, in: reader, path: path(of: scope))
        }
    }

    /// Finds the entry of a key; `nil` if there is none.
    func find(_ key: some CodingKey, in scope: Int, _ id: Int) throws -> WireField? {
        try check(scope, id)
        guard let fields = scopes[scope].fields else { return nil }
        do throws(WireFault) {
            let name = key.stringValue
            if let number = name.plainNumber { return try find(number: number, in: scope, fields) }
            return try find(name: name, in: scope, fields)
        } catch {
            throw error.decodingError(KeyedContainer.self, in: reader, path: path(of: scope))
        }
    }

    private func find(number: Int, in scope: Int, _ fields: KeyedExtent) throws(WireFault) -> WireField? {
        if scopes[scope].index == nil {
            switch try search(scope, fields, { if case .number(number) = $0 { true } else { false } }) {
            case .found(let field): return field
            case .absent: return nil
            case .tooMany: scopes[scope].index = try FieldIndex(fields, reader)
            }
        }
        return try scopes[scope].index?.entry(numbered: number).map { entry throws(WireFault) in
            try field(at: entry, fields)
        }
    }

    private func find(name: String, in scope: Int, _ fields: KeyedExtent) throws(WireFault) -> WireField? {
        if scopes[scope].index == nil {
            let outcome = try name.utf8.span.withUnsafeBytes { (name) throws(WireFault) in
                try search(scope, fields, { reader.matches($0, name) })
            }
            switch outcome {
            case .found(let field): return field
            case .absent: return nil
            case .tooMany: scopes[scope].index = try FieldIndex(fields, reader)
            }
        }
        return try scopes[scope].index?.entry(named: name).map { entry throws(WireFault) in
            try field(at: entry, fields)
        }
    }

    private enum Outcome {
        case found(WireField), absent, tooMany
    }

    /// Looks at the entries from the expected one on, then at those before it.
    @inline(__always)
    private func search(
        _ scope: Int, _ fields: KeyedExtent, _ matches: (WireKey) -> Bool
    ) throws(WireFault) -> Outcome {
        let cursor = scopes[scope].cursor
        var room = Self.missLimit - scopes[scope].misses
        let before = room
        if let field = try scan(cursor, fields.end, fields.end, &room, matches) {
            scopes[scope].misses += before - room
            return .found(field)
        }
        let field = room > 0 ? try scan(fields.body, cursor, fields.end, &room, matches) : nil
        scopes[scope].misses += before - room
        if let field { return .found(field) }
        return room > 0 ? .absent : .tooMany
    }

    @inline(__always)
    private func scan(
        _ start: Int, _ end: Int, _ limit: Int, _ room: inout Int, _ matches: (WireKey) -> Bool
    ) throws(WireFault) -> WireField? {
        let reader = reader
        var position = start
        while position < end, room > 0 {
            let entry = position
            let key = try reader.key(at: &position, limit: limit)
            if matches(key) { return WireField(key: entry, value: position, limit: limit) }
            position = try reader.skip(at: position, limit: limit)
            room -= 1
        }
        return nil
    }

    private func field(at entry: Int, _ fields: KeyedExtent) throws(WireFault) -> WireField {
        var position = entry
        _ = try reader.key(at: &position, limit: fields.end)
        return WireField(key: entry, value: position, limit: fields.end)
    }

    /// Goes through the keys of a scope's container, in the order in which they stand there.
    func visitKeys(
        _ scope: Int, _ id: Int, limit: Int = .max, _ visit: (_ name: String, _ number: Int?) -> Void
    ) throws {
        try check(scope, id)
        guard let fields = scopes[scope].fields else { return }
        do throws(WireFault) {
            if let index = scopes[scope].index, fields.mayRepeat {
                for var entry in index.entries.sorted().prefix(limit) { try visitKey(at: &entry, fields, visit) }
                return
            }
            var position = fields.body
            var room = limit
            while position < fields.end, room > 0 {
                room -= 1
                try visitKey(at: &position, fields, visit)
                position = try reader.skip(at: position, limit: fields.end)
            }
        } catch {
            throw error.decodingError(KeyedContainer.self, in: reader, path: path(of: scope))
        }
    }

    @inline(__always)
    private func visitKey(
        at position: inout Int, _ fields: KeyedExtent, _ visit: (_ name: String, _ number: Int?) -> Void
    ) throws(WireFault) {
        let start = position
        switch try reader.key(at: &position, limit: fields.end) {
        case .number(let number): visit(String(number), number)
        case .name(let offset, let byteCount, let number):
            guard let name = reader.text(at: offset, byteCount: byteCount) else {
                throw .invalid(offset: start, reason: "the name of the key there is not valid UTF-8")
            }
            visit(name, number)
        case .reference: throw .invalid(offset: start, reason: "the key there repeats another repetition")
        }
    }
}

/// Stands for a keyed container in error messages.
enum KeyedContainer {}

/// Stands for an unkeyed container in error messages.
enum UnkeyedContainer {}
