// SPDX-License-Identifier: Apache-2.0
// The header, the size of payloads, limits, and what errors say.

import Foundation
import Testing

@testable import Futures

struct CodingFormatTests {
    private func description(_ body: () throws -> Void) throws -> (DecodingError, String, String) {
        let error = try #require(throws: DecodingError.self) { try body() }
        let context =
            switch error {
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
                .dataCorrupted(let context):
                context
            @unknown default: throw error
            }
        let path = context.codingPath.map(\.stringValue).joined(separator: "/")
        return (error, context.debugDescription, path)
    }

    @Test func header() throws {
        var bytes = try BinaryEncoder().encode(5)
        #expect(bytes == [WireFormat.magic, WireFormat.version, 5])
        bytes[1] = 77
        let (_, text, _) = try description { _ = try BinaryDecoder().decode(Int.self, from: bytes) }
        #expect(text.contains("format version 1,") && text.contains("found version 77"))
        let (_, noMagic, _) = try description { _ = try BinaryDecoder().decode(Int.self, from: Array("{}".utf8)) }
        #expect(noMagic.contains("not made by BinaryEncoder"))
        for bytes in [[], [WireFormat.magic], [WireFormat.magic, WireFormat.version]] as [[UInt8]] {
            #expect(throws: DecodingError.self) { try BinaryDecoder().decode(Int.self, from: bytes) }
            #expect(throws: DecodingError.self) { try BinaryDecoder().decode(Point.self, from: bytes) }
            #expect(throws: DecodingError.self) { try BinaryDecoder().decode([Int].self, from: bytes) }
            #expect(throws: DecodingError.self) { try BinaryDecoder().decode(EmptyValue.self, from: bytes) }
        }
    }

    private func size(_ value: some Encodable) throws -> Int {
        let bytes = try BinaryEncoder().encode(value)
        return bytes.count
    }

    @Test func payloadsAreSmall() throws {
        #expect(try size(97) == 3)
        #expect(try size(true) == 3)
        #expect(try size(1.5) == 11)
        #expect(try size("text") == 7)
        #expect(try size(Int?.none) == 3)
        #expect(try size(EmptyValue()) == 4)
        #expect(try size(Numbers(a: 1, b: -2, c: 100)) == 13)
        #expect(try size(Shape.empty) == 12)
        for count in [0, 1, 100, 10_000, 1_000_000] {
            #expect(try size([Double](repeating: 1, count: count)) <= 8 * count + 16)
            #expect(try size([Float](repeating: 1, count: count)) <= 4 * count + 16)
            #expect(try size([UInt8](repeating: 1, count: count)) <= count + 16)
            #expect(try size([Bool](repeating: true, count: count)) <= count + 16)
            #expect(try size(Data(count: count)) <= count + 16)
            #expect(try size(ContiguousArray<Int>(repeating: 1, count: count)) <= 8 * count + 16)
        }
        // Names are written once: from the second point on 2 bytes of head, 2 of keys, 18 of values.
        #expect(try size([Point](repeating: Point(x: 1, y: 2), count: 1000)) <= 22 * 1000 + 32)
        #expect(try size([[Double]](repeating: [1, 2, 3], count: 1000)) <= 26 * 1000 + 32)
        // Far from the first use of a name a reference takes more room than a short name.
        struct Far: Codable {
            var bytes = [UInt8](repeating: 0, count: 20_000)
            var points = [Point](repeating: Point(x: 1, y: 2), count: 100)
        }
        #expect(try size([Far(), Far()]) <= 2 * (20_000 + 100 * 26 + 100))
    }

    @Test(arguments: [1, 10, 511, 512])
    func depthUpToTheLimit(_ depth: Int) throws {
        let list = Node.list(depth)
        #expect(try BinaryDecoder().decode(Node.self, from: BinaryEncoder().encode(list)) == list)
    }

    @Test(arguments: [513, 600, 100_000])
    func depthBeyondTheLimit(_ depth: Int) throws {
        let error = try #require(throws: EncodingError.self) { try BinaryEncoder().encode(Node.list(513)) }
        guard case .invalidValue(_, let context) = error else { throw error }
        #expect(context.debugDescription.contains("512"))
        #expect(context.codingPath.map(\.stringValue) == [String](repeating: "next", count: 512))
        let bytes = Self.chain(depth)
        #expect(throws: DecodingError.self) { try BinaryDecoder().decode(Deep.self, from: bytes) }
    }

    /// What the encoder would not write: keyed containers in one another, each the value of "next".
    private static func chain(_ depth: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<depth {
            var head: [UInt8] = [WireTag.longKeyed] + [UInt8](repeating: 0, count: 6) + [4] + Array("next".utf8)
            let length = UInt64(bytes.count + 5)
            for index in 0..<6 { head[1 + index] = UInt8(truncatingIfNeeded: length >> (8 * index)) }
            bytes.insert(contentsOf: head.reversed(), at: bytes.count)
        }
        return [WireFormat.magic, WireFormat.version] + bytes.reversed()
    }

    @Test(arguments: [513, 100_000])
    func recursionByHandBeyondTheLimit(_ depth: Int) throws {
        let bytes = Self.chain(depth)
        // Code that goes down by itself, without asking the decoder for a value, must not come to the end of the stack.
        #expect(throws: DecodingError.self) {
            try Decoding.run(bytes) { decoder in
                var decoder = decoder
                while true {
                    decoder = try decoder.container(keyedBy: AnyKey.self).superDecoder(forKey: AnyKey("next"))
                }
            }
        }
        #expect(throws: DecodingError.self) {
            try Decoding.run(bytes) { decoder in
                var container = try decoder.container(keyedBy: AnyKey.self)
                while true {
                    container = try container.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey("next"))
                }
            }
        }
        #expect(throws: EncodingError.self) {
            try BinaryEncoder().encode(
                Encoding { encoder in
                    var encoder = encoder
                    for _ in 0..<depth {
                        var container = encoder.unkeyedContainer()
                        encoder = container.superEncoder()
                    }
                })
        }
    }

    /// Only a chain.
    final class Deep: Decodable {
        let next: Deep?
        enum CodingKeys: CodingKey { case next }
    }

    @Test func errorsSayWhatAndWhere() throws {
        let numbers = try BinaryEncoder().encode(["first": [Numbers(a: 1, b: 300, c: -1)]])
        let decoder = BinaryDecoder()

        struct Narrow: Decodable { var b: Int8 }
        var (error, text, path) = try description { _ = try decoder.decode([String: [Narrow]].self, from: numbers) }
        #expect(path == "first/Index 0/b")
        #expect(text.contains("Expected Int8 at byte") && text.contains("300"))
        guard case .dataCorrupted = error else { throw error }

        struct Text: Decodable { var c: String }
        (error, text, path) = try description { _ = try decoder.decode([String: [Text]].self, from: numbers) }
        #expect(path == "first/Index 0/c")
        #expect(text.contains("Expected String") && text.contains("the integer -1"))
        guard case .typeMismatch = error else { throw error }

        struct Missing: Decodable { var d: String }
        (error, text, path) = try description { _ = try decoder.decode([String: [Missing]].self, from: numbers) }
        #expect(path == "first/Index 0")
        #expect(text.contains("\"d\"") && text.contains("\"a\", \"b\", \"c\""))
        guard case .keyNotFound = error else { throw error }

        (error, text, path) = try description {
            _ = try decoder.decode([Int].self, from: BinaryEncoder().encode([1, nil]))
        }
        #expect(path == "Index 1" && text.contains("found nil"))
        guard case .valueNotFound = error else { throw error }

        (error, text, path) = try description { _ = try decoder.decode(Int.self, from: numbers + [1]) }
        #expect(text.contains("a keyed container"))
        (error, text, path) = try description { _ = try decoder.decode(EmptyValue.self, from: numbers + [1]) }
        #expect(text.contains("at byte \(numbers.count)") && text.contains("1 more byte"))
        (error, text, path) = try description { _ = try decoder.decode(Point.self, from: numbers.dropLast(3)) }
        #expect(text.contains("cut short"))
    }

    @Test func invalidTextAndBooleans() throws {
        let decoder = BinaryDecoder()
        var invalid = try BinaryEncoder().encode("äöü")
        invalid[3] = 0xFF
        var (_, text, _) = try description { _ = try decoder.decode(String.self, from: invalid) }
        #expect(text.contains("UTF-8") && text.contains("byte 2"))
        (_, text, _) = try description { _ = try decoder.decode(String?.self, from: invalid) }
        #expect(text.contains("UTF-8"))

        let bools: [UInt8] = [WireFormat.magic, WireFormat.version, WireElement.bool.tag, 3, 0, 1, 2]
        (_, text, _) = try description { _ = try decoder.decode([Bool].self, from: bools) }
        #expect(text.contains("neither 0 nor 1"))
        #expect(throws: DecodingError.self) { try decoder.decode([Bool?].self, from: bools) }
    }

    @Test func integersMustFit() throws {
        func check<I: FixedWidthInteger & Decodable>(_ value: Int128, _ type: I.Type) throws {
            let alone = try BinaryEncoder().encode(value)
            let inside = try BinaryEncoder().encode([Int128?.some(value)])
            #expect(throws: DecodingError.self) { try BinaryDecoder().decode(type, from: alone) }
            #expect(throws: DecodingError.self) { try BinaryDecoder().decode([I].self, from: inside) }
            #expect(throws: DecodingError.self) { try BinaryDecoder().decode([I?].self, from: inside) }
        }
        try check(300, Int8.self)
        try check(300, UInt8.self)
        try check(-1, UInt8.self)
        try check(-1, UInt16.self)
        try check(-1, UInt32.self)
        try check(-1, UInt64.self)
        try check(-1, UInt.self)
        try check(-1, UInt128.self)
        try check(-33, UInt.self)
        try check(Int128(Int64.max) + 1, Int.self)
        try check(Int128(Int64.min) - 1, Int64.self)
        try check(Int128.max, UInt64.self)
        try check(Int128.min, Int32.self)
    }

    @Test func appendingKeepsWhatIsThere() throws {
        var bytes: [UInt8] = [9]
        #expect(throws: EncodingError.self) { try BinaryEncoder().encode(Node.list(1000), into: &bytes) }
        #expect(bytes == [9])
        for _ in 0..<1000 { try BinaryEncoder().encode(1, into: &bytes) }
        #expect(bytes.count == 3001)
        bytes = []
        try BinaryEncoder().encode([UInt8](repeating: 1, count: 1 << 20), into: &bytes)
        #expect(bytes.capacity < (1 << 20) + 8192, "room is made once, and not more than needed")
    }
}
