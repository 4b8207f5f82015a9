// SPDX-License-Identifier: Apache-2.0
// Reads the heads of containers, skips values, and names what stands at an offset.

/// A keyed container's extent.
struct KeyedExtent {
    /// The offset of the first entry.
    let body: Int
    /// The offset after the last one.
    let end: Int
    /// Whether a key may occur more than once; the last one counts.
    let mayRepeat: Bool
}

/// An unkeyed container's extent, or a block's.
struct UnkeyedExtent {
    /// The offset of the first element.
    let body: Int
    /// The offset after the last one.
    let end: Int
    /// How many there are; never more than bytes.
    let count: Int
    /// What the elements of a block are; `nil` if each has a tag of its own.
    let element: WireElement?
    /// The attachment in which the offsets count, if it is an attached block.
    var attachment: Int?
}

extension WireReader {
    /// Reads the head of a keyed container.
    func keyed(at position: Int, limit: Int) throws(WireFault) -> KeyedExtent {
        let tag = try peek(at: position, limit: limit)
        guard tag >= WireTag.shortKeyed, tag <= WireTag.longKeyed + WireTag.repeatsOffset else {
            throw .unexpected(offset: position)
        }
        let mayRepeat = tag >= WireTag.shortKeyed + WireTag.repeatsOffset
        var body = position + 1
        let length =
            (tag & 1 == WireTag.shortKeyed & 1)
            ? Int(try load(UInt8.self, at: &body, limit: limit)) : try longLength(at: &body, limit: limit)
        try need(length, at: body, limit: limit)
        return KeyedExtent(body: body, end: body + length, mayRepeat: mayRepeat)
    }

    /// Reads the head of an unkeyed container or of a block.
    func unkeyed(at position: Int, limit: Int) throws(WireFault) -> UnkeyedExtent {
        let tag = try peek(at: position, limit: limit)
        var body = position + 1
        if let element = WireElement(tag: tag) {
            let count = try boundedCount(ofSize: element.byteCount, at: &body, limit: limit)
            return UnkeyedExtent(body: body, end: body + count * element.byteCount, count: count, element: element)
        }
        if tag >= WireTag.attached {
            var next = position
            let (index, block) = try attachment(at: &next, limit: limit)
            return UnkeyedExtent(
                body: 0, end: block.memory.count, count: block.count, element: block.element, attachment: index)
        }
        let length: Int
        let count: Int
        switch tag {
        case WireTag.shortUnkeyed:
            length = Int(try load(UInt8.self, at: &body, limit: limit))
            count = Int(try load(UInt8.self, at: &body, limit: limit))
        case WireTag.longUnkeyed:
            length = try longLength(at: &body, limit: limit)
            count = try longLength(at: &body, limit: limit)
        default:
            throw .unexpected(offset: position)
        }
        try need(length, at: body, limit: limit)
        guard count <= length else {
            throw .invalid(offset: position, reason: "\(count) elements can't stand in the \(length) bytes there")
        }
        return UnkeyedExtent(body: body, end: body + length, count: count, element: nil)
    }

    /// The offset after the value at `position`.
    ///
    /// Takes the same time for any value: what is inside isn't looked at.
    func skip(at position: Int, limit: Int) throws(WireFault) -> Int {
        let tag = try peek(at: position, limit: limit)
        var next = position + 1
        switch tag {
        case 0..<WireTag.shortString, WireTag.null, WireTag.no, WireTag.yes: return next
        case WireTag.innerNull: return try past(1, at: next, limit: limit)
        case WireTag.float: return try past(4, at: next, limit: limit)
        case WireTag.double: return try past(8, at: next, limit: limit)
        case WireTag.unsigned...WireTag.unsigned + 4:
            return try past(1 << Int(tag - WireTag.unsigned), at: next, limit: limit)
        case WireTag.negative...WireTag.negative + 4:
            return try past(1 << Int(tag - WireTag.negative), at: next, limit: limit)
        case WireTag.shortString..<WireTag.null, WireTag.longString:
            next = position
            let byteCount = try stringByteCount(at: &next, limit: limit)
            return next + byteCount
        case WireTag.shortKeyed...WireTag.longKeyed + WireTag.repeatsOffset:
            return try keyed(at: position, limit: limit).end
        case WireTag.attached...:
            next = position
            _ = try attachment(at: &next, limit: limit)
            return next
        case WireTag.shortUnkeyed, WireTag.longUnkeyed, WireTag.block...:
            return try unkeyed(at: position, limit: limit).end
        default:
            throw .invalid(offset: position, reason: "no value starts with the byte \(tag)")
        }
    }

    @inline(__always)
    private func past(_ byteCount: Int, at position: Int, limit: Int) throws(WireFault) -> Int {
        try need(byteCount, at: position, limit: limit)
        return position + byteCount
    }

    /// Names what stands at an offset, for error messages.
    func describeValue(at position: Int) -> String {
        guard position < count else { return "the end of the payload" }
        let tag = base.load(fromByteOffset: position, as: UInt8.self)
        var next = position
        switch tag {
        case 0..<WireTag.shortString, WireTag.unsigned...WireTag.unsigned + 4, WireTag.negative...WireTag.negative + 4:
            guard let number = try? integer(Int128.self, at: &next, limit: count) else { return "an integer" }
            return "the integer \(number)"
        case WireTag.null, WireTag.innerNull: return "nil"
        case WireTag.no: return "the Boolean false"
        case WireTag.yes: return "the Boolean true"
        case WireTag.float: return "a Float"
        case WireTag.double: return "a Double"
        case WireTag.shortString..<WireTag.null, WireTag.longString: return "a string"
        case WireTag.shortKeyed...WireTag.longKeyed + WireTag.repeatsOffset: return "a keyed container"
        case WireTag.shortUnkeyed, WireTag.longUnkeyed: return "an unkeyed container"
        default:
            guard let element = WireElement(tag: tag) ?? WireElement(attachedTag: tag) else {
                return "the byte \(tag), with which no value starts"
            }
            return "an array of numbers (\(element))"
        }
    }
}
