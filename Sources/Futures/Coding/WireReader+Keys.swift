// SPDX-License-Identifier: Apache-2.0
// Reads the keys of keyed containers and compares them.

/// A key as it stands in a payload.
enum WireKey {
    /// A name of `byteCount` bytes at `offset`, with a number if the name doesn't tell it.
    case name(offset: Int, byteCount: Int, number: Int?)
    /// The key whose name is this number in decimal.
    case number(Int)
    /// The same key as the one at `offset`.
    case reference(offset: Int)
}

extension WireReader {
    /// Reads a key, follows it if it is a reference, and goes past it.
    ///
    /// The bytes of a name are known to be there.
    func key(at position: inout Int, limit: Int) throws(WireFault) -> WireKey {
        let start = position
        let key = try unresolvedKey(at: &position, limit: limit)
        guard case .reference(let offset) = key else { return key }
        guard offset >= WireFormat.headerByteCount, offset < start else {
            throw .invalid(offset: start, reason: "the key there repeats a key at byte \(offset), where there is none")
        }
        var target = offset
        let original = try unresolvedKey(at: &target, limit: start)
        guard case .name(_, let byteCount, _) = original, byteCount <= WireFormat.referableNameByteCount else {
            throw .invalid(offset: start, reason: "the key there repeats byte \(offset), which is no short name")
        }
        return original
    }

    /// Reads a key as it stands and goes past it.
    func unresolvedKey(at position: inout Int, limit: Int) throws(WireFault) -> WireKey {
        let start = position
        let tag = try load(UInt8.self, at: &position, limit: limit)
        if tag < WireKeyTag.shortNumber {
            return try name(ofByteCount: Int(tag), number: nil, at: &position, limit: limit)
        }
        if tag >= WireKeyTag.farReference {
            let low = try load(UInt8.self, at: &position, limit: limit)
            return .reference(offset: WireKeyTag.farBase + (Int(tag - WireKeyTag.farReference) << 8 | Int(low)))
        }
        if tag >= WireKeyTag.nearReference { return .reference(offset: Int(tag - WireKeyTag.nearReference)) }
        switch tag {
        case ..<WireKeyTag.longName: return .number(Int(tag - WireKeyTag.shortNumber))
        case WireKeyTag.longName:
            let byteCount = try boundedCount(ofSize: 1, at: &position, limit: limit)
            return try name(ofByteCount: byteCount, number: nil, at: &position, limit: limit)
        case WireKeyTag.number: return .number(try zigzag(at: &position, limit: limit))
        case WireKeyTag.reference:
            return .reference(offset: Int(truncatingIfNeeded: try varint(at: &position, limit: limit)))
        case WireKeyTag.numberedName:
            let number = try zigzag(at: &position, limit: limit)
            let byteCount = try boundedCount(ofSize: 1, at: &position, limit: limit)
            return try name(ofByteCount: byteCount, number: number, at: &position, limit: limit)
        default: throw .invalid(offset: start, reason: "no key starts with the byte \(tag)")
        }
    }

    private func name(
        ofByteCount byteCount: Int, number: Int?, at position: inout Int, limit: Int
    ) throws(WireFault) -> WireKey {
        try need(byteCount, at: position, limit: limit)
        defer { position += byteCount }
        return .name(offset: position, byteCount: byteCount, number: number)
    }

    /// Whether a key that was read has this name.
    @inline(__always)
    func matches(_ key: WireKey, _ name: UnsafeRawBufferPointer) -> Bool {
        guard case .name(let offset, let byteCount, _) = key, byteCount == name.count else { return false }
        // Safe: `key(at:limit:)` found all bytes of the name in the payload.
        let bytes = base + offset
        var index = 0
        while index + 8 <= byteCount {
            let theirs = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if theirs != name.loadUnaligned(fromByteOffset: index, as: UInt64.self) { return false }
            index += 8
        }
        while index < byteCount {
            if bytes.load(fromByteOffset: index, as: UInt8.self) != name[index] { return false }
            index += 1
        }
        return true
    }

    /// The key as a coding key; `nil` if its name is not UTF-8.
    func codingKey(_ key: WireKey) -> BinaryCodingKey? {
        switch key {
        case .number(let number): return BinaryCodingKey(intValue: number)
        case .name(let offset, let byteCount, let number):
            return text(at: offset, byteCount: byteCount).map { BinaryCodingKey(stringValue: $0, intValue: number) }
        case .reference: return nil
        }
    }
}
