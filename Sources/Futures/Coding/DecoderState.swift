// SPDX-License-Identifier: Apache-2.0
// What the decoders and containers of one payload share.

/// Where a value stands.
struct WireLocation {
    /// The offset of its tag, or of its bytes if it is an element of a block.
    let offset: Int
    /// The offset below which it ends.
    let limit: Int
    /// What it is, if it is an element of a block.
    let element: WireElement?
    /// The attachment that it is an element of.
    let attachment: Int?

    /// A value with a tag, or an element of a block.
    init(_ offset: Int, limit: Int, element: WireElement? = nil, attachment: Int? = nil) {
        self.offset = offset
        self.limit = limit
        self.element = element
        self.attachment = attachment
    }
}

/// How a value is reached from the one around it.
enum DecodingStep {
    /// It is the payload's value.
    case root
    /// By the key at an offset.
    case key(offset: Int)
    /// By its place.
    case index(Int)
    /// It is the same bytes, decoded through a single value container.
    case same
}

/// A decoder or a nested container that is in use, on a stack: all scopes above a value's own end with its decoding.
struct DecodingScope {
    /// Tells this scope from another that takes its place later.
    let id: Int
    /// The index of the enclosing scope; -1 for the outermost.
    let parent: Int
    /// How it is reached from there.
    let step: DecodingStep
    /// Where its value is.
    let location: WireLocation
    /// The type that is being decoded.
    let type: Any.Type
    /// How many scopes enclose it.
    let depth: Int
    /// The entries, once a keyed container was asked for.
    var fields: KeyedExtent?
    /// Where the next entry is expected.
    var cursor = 0
    /// How many entries were looked at in vain.
    var misses = 0
    /// All entries by key, once a search took too long.
    var index: FieldIndex?
}

/// The payload, the scopes in use and the user info.
final class DecoderState {
    // Safe, for both `@exclusivity(unchecked)`: these properties are only touched on one thread, by statements that call
    // nothing which could come back to the property while it is being changed.

    /// The payload; empty once it is decoded.
    @exclusivity(unchecked) private(set) var reader: WireReader
    /// The scopes in use.
    @exclusivity(unchecked) var scopes: [DecodingScope] = []
    /// What the user gave along.
    let userInfo: [CodingUserInfoKey: any Sendable]
    /// What could not be thrown where it was found.
    private var failure: (any Error)?
    private var lastID = 0

    /// A state for one payload, which stays in memory until ``finish()``.
    init(_ reader: WireReader, _ userInfo: [CodingUserInfoKey: any Sendable]) {
        self.reader = reader
        self.userInfo = userInfo
        scopes.reserveCapacity(4)
    }

    /// Forgets the payload.
    func finish() {
        reader = WireReader(base: reader.base, count: 0)
        scopes = []
    }

    /// What reads the payload's own bytes, or those of an attachment.
    @inline(__always)
    func reader(ofAttachment attachment: Int?) -> WireReader {
        guard let attachment else { return reader }
        return reader.reader(ofAttachment: attachment)
    }

    /// Opens a scope and returns its index.
    ///
    /// Whoever recurses through a payload opens a scope each time: the limit keeps it from using up the stack.
    func push(_ type: Any.Type, _ location: WireLocation, parent: Int, step: DecodingStep) throws -> Int {
        let depth = parent < 0 ? 0 : scopes[parent].depth + 1
        guard depth < WireFormat.depthLimit else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: path(of: parent, step),
                    debugDescription: "Expected \(type) at byte \(location.offset), but found it inside \(depth) other "
                        + "values and containers, which is the limit."))
        }
        lastID += 1
        scopes.append(
            DecodingScope(id: lastID, parent: parent, step: step, location: location, type: type, depth: depth))
        return scopes.count - 1
    }

    /// Throws unless the scope is still in use.
    @inline(__always)
    func check(_ scope: Int, _ id: Int) throws {
        if scope >= scopes.count || scopes[scope].id != id { throw Self.outlived }
    }

    private static var outlived: DecodingError {
        .dataCorrupted(
            DecodingError.Context(
                codingPath: [],
                debugDescription: "A decoder or container was used after its value had been decoded: "
                    + "don't keep it beyond init(from:)."))
    }

    /// Decodes a value by its conformance.
    func ordinary<T: Decodable>(_ type: T.Type, _ location: WireLocation, parent: Int, step: DecodingStep) throws -> T {
        let scope = try push(type, location, parent: parent, step: step)
        defer { scopes.removeSubrange(scope...) }
        let value = try T(from: ValueDecoder(state: self, scope: scope, id: scopes[scope].id))
        if let failure {
            self.failure = nil
            throw failure
        }
        return value
    }

    /// Reads something for a method that can't throw: what goes wrong is thrown when the value around it is complete.
    func orFail<V>(_ fallback: V, _ body: () throws -> V) -> V {
        do {
            return try body()
        } catch {
            if failure == nil { failure = error }
            return fallback
        }
    }

    /// Decodes any value that has a tag and goes past it.
    func value<T: Decodable>(
        _ type: T.Type, at position: inout Int, limit: Int, parent: Int, step: DecodingStep
    ) throws -> T {
        let location: WireLocation
        do throws(WireFault) {
            let direct = DirectType.of(type)
            if try reader.isDirect(direct, at: position, limit: limit) {
                return try reader.direct(type, direct, at: &position, limit: limit)
            }
            location = WireLocation(position, limit: try reader.skip(at: position, limit: limit))
        } catch {
            throw error.decodingError(type, in: reader, path: path(of: parent, step))
        }
        let value = try ordinary(type, location, parent: parent, step: step)
        position = location.limit
        return value
    }
}

extension DecoderState {
    /// The coding path of a scope.
    func path(of scope: Int) -> [any CodingKey] {
        var path: [any CodingKey] = []
        var next = scope
        while next >= 0, next < scopes.count {
            if let key = codingKey(scopes[next].step) { path.append(key) }
            next = scopes[next].parent
        }
        return path.reversed()
    }

    /// The coding path of a value inside a scope.
    func path(of scope: Int, _ step: DecodingStep) -> [any CodingKey] {
        guard let key = codingKey(step) else { return path(of: scope) }
        return path(of: scope) + [key]
    }

    private func codingKey(_ step: DecodingStep) -> (any CodingKey)? {
        switch step {
        case .root, .same: return nil
        case .index(let index): return BinaryCodingKey(index: index)
        case .key(var offset):
            // The key was read before; a fault here could only come from a scope that is no longer in use.
            guard let key = try? reader.key(at: &offset, limit: reader.count) else { return nil }
            return reader.codingKey(key)
        }
    }

    /// Whether the value of a scope is absent, seen from that scope.
    ///
    /// `Int??` has an outer and an inner `nil`: the wire says inside how many optionals the absent value lies, and each
    /// optional on the way asks here.
    func isNull(_ scope: Int) -> Bool {
        let location = scopes[scope].location
        guard location.element == nil, reader.isNull(at: location.offset) else { return false }
        guard reader.count - location.offset > 1, !isOuterNull(at: location.offset) else { return true }
        // Safe: the line above showed that the byte is there.
        let level = reader.base.load(fromByteOffset: location.offset + 1, as: UInt8.self)
        var outer = 0
        var next = scope
        while case .same = scopes[next].step {
            next = scopes[next].parent
            if scopes[next].type is any OptionalType.Type { outer += 1 }
        }
        return outer >= Int(level)
    }

    /// Whether the absent value at an offset is a plain one, not one inside another optional.
    private func isOuterNull(at offset: Int) -> Bool {
        reader.base.load(fromByteOffset: offset, as: UInt8.self) == WireTag.null
    }
}

/// Tells optionals from other types.
protocol OptionalType {}

extension Optional: OptionalType {}
