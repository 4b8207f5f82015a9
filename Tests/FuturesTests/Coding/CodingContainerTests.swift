// SPDX-License-Identifier: Apache-2.0
// Keys in any order, containers of all kinds, and what happens when they are used wrongly.

import Foundation
import Futures
import Testing

/// A key with any name.
struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
}

/// Encodes with a closure.
struct Encoding: Encodable {
    let body: @Sendable (any Encoder) throws -> Void
    init(_ body: @escaping @Sendable (any Encoder) throws -> Void) { self.body = body }
    func encode(to encoder: any Encoder) throws { try body(encoder) }
}

/// Decodes with the closure that stands in the user info.
struct Decoding: Decodable {
    static let key = CodingUserInfoKey(rawValue: "body")

    init(from decoder: any Decoder) throws {
        typealias Body = @Sendable (any Decoder) throws -> Void
        let body = try #require(Self.key.flatMap { decoder.userInfo[$0] } as? Body)
        try body(decoder)
    }

    /// Decodes bytes with a closure.
    static func run(_ bytes: [UInt8], _ body: @escaping @Sendable (any Decoder) throws -> Void) throws {
        var decoder = BinaryDecoder()
        decoder.userInfo[try #require(key)] = body
        _ = try decoder.decode(Decoding.self, from: bytes)
    }
}

struct CodingContainerTests {
    @Test(arguments: [1, 2, 3, 10, 300, 1000])
    func keysInAnyOrder(_ count: Int) throws {
        let names = (0..<count).map { "key \($0)" }
        let bytes = try BinaryEncoder().encode(
            Encoding { encoder in
                var container = encoder.container(keyedBy: AnyKey.self)
                for (index, name) in names.enumerated() { try container.encode(index, forKey: AnyKey(name)) }
            })
        try Decoding.run(bytes) { decoder in
            let container = try decoder.container(keyedBy: AnyKey.self)
            #expect(container.allKeys.map(\.stringValue) == names)
            for step in [1, 7, count - 1] where step > 0 {
                for place in 0..<count {
                    let index = (place * step) % count
                    let key = AnyKey(names[index])
                    #expect(container.contains(key))
                    #expect(try container.decode(Int.self, forKey: key) == index)
                    #expect(try container.decodeIfPresent(Int.self, forKey: key) == index)
                    #expect(try !container.decodeNil(forKey: key))
                }
            }
            #expect(!container.contains(AnyKey("other")))
            #expect(try container.decodeIfPresent(Int.self, forKey: AnyKey("other")) == nil)
            #expect(try container.decodeIfPresent([Int].self, forKey: AnyKey("other")) == nil)
            #expect(throws: DecodingError.self) { try container.decode(Int.self, forKey: AnyKey("other")) }
        }
    }

    @Test func fieldsMayBeSkippedAndMissing() throws {
        struct Part: Codable, Equatable {
            var c: Int?
            var z: String?
            var b: [Double]
        }
        struct Whole: Codable {
            var a = Scalars()
            var b = [1.0, 2.0]
            var c = 5
            var d = [Blocks()]
        }
        let bytes = try BinaryEncoder().encode([Whole(), Whole()])
        #expect(
            try BinaryDecoder().decode([Part].self, from: bytes) == [Part](repeating: Part(c: 5, b: [1, 2]), count: 2))
        #expect(try BinaryDecoder().decode([EmptyValue].self, from: bytes).count == 2)
    }

    @Test(arguments: [1, 20, 1000])
    func theLastOfEqualKeysCounts(_ others: Int) throws {
        let bytes = try BinaryEncoder().encode(
            Encoding { encoder in
                for value in 1...3 {
                    // Also across two containers of one value, with another key type.
                    var container = encoder.container(keyedBy: AnyKey.self)
                    try container.encode(value, forKey: AnyKey("a"))
                    try container.encode("a\(value)", forKey: AnyKey("b"))
                    for other in 0..<others { try container.encode(value, forKey: AnyKey("other \(other)")) }
                }
                var numbers = encoder.container(keyedBy: IndexKey.self)
                for value in 1...3 { try numbers.encode(value, forKey: try #require(IndexKey(intValue: 7))) }
                var named = encoder.container(keyedBy: Numbers.CodingKeys.self)
                try named.encode(4, forKey: .a)
            })
        try Decoding.run(bytes) { decoder in
            let container = try decoder.container(keyedBy: AnyKey.self)
            #expect(container.allKeys.count == others + 3)
            #expect(try container.decode(Int.self, forKey: AnyKey("a")) == 4)
            #expect(try container.decode(String.self, forKey: AnyKey("b")) == "a3")
            #expect(try container.decode(Int.self, forKey: AnyKey("other 0")) == 3)
            #expect(try container.decode(Int.self, forKey: AnyKey("7")) == 3)
        }
    }

    @Test func equalKeysInASecondValueOfTheSameType() throws {
        // The first value tells the encoder the order of keys; the second one repeats a key within that order.
        let bytes = try BinaryEncoder().encode(
            [["a", "b", "c"], ["b", "b"], ["a", "c", "b", "a"], ["a", "d", "c", "d"]].map { names in
                Encoding { encoder in
                    var container = encoder.container(keyedBy: AnyKey.self)
                    for (index, name) in names.enumerated() { try container.encode(index, forKey: AnyKey(name)) }
                }
            })
        let decoded = try BinaryDecoder().decode([[String: Int]].self, from: bytes)
        #expect(decoded == [["a": 0, "b": 1, "c": 2], ["b": 1], ["a": 3, "c": 1, "b": 2], ["a": 0, "d": 3, "c": 2]])
    }

    @Test func arraysOfNumbersElementByElement() throws {
        let bytes = try BinaryEncoder().encode([1, 2, 300])
        try Decoding.run(bytes) { decoder in
            var container = try decoder.unkeyedContainer()
            #expect(container.count == 3)
            #expect(try !container.decodeNil())
            #expect(try container.decode(Int8.self) == 1)
            #expect(throws: DecodingError.self) { try container.decode(Double.self) }
            #expect(throws: DecodingError.self) { try container.decode(Point.self) }
            #expect(throws: DecodingError.self) { try container.nestedUnkeyedContainer() }
            #expect(throws: DecodingError.self) { try container.nestedContainer(keyedBy: AnyKey.self) }
            #expect(try container.decode(Int?.self) == 2)
            #expect(throws: DecodingError.self) { try container.decode(Int8.self) }
            #expect(container.currentIndex == 2)
            let element = try container.superDecoder()
            #expect(try element.singleValueContainer().decode(UInt16.self) == 300)
            #expect(container.isAtEnd)
            #expect(throws: DecodingError.self) { try container.decode(Int.self) }
        }
        #expect(try BinaryDecoder().decode([Int16].self, from: bytes) == [1, 2, 300])
        #expect(try BinaryDecoder().decode(Set<UInt64>.self, from: bytes) == [1, 2, 300])
        #expect(throws: DecodingError.self) { try BinaryDecoder().decode([UInt8].self, from: bytes) }
        #expect(throws: DecodingError.self) { try BinaryDecoder().decode([Double].self, from: bytes) }
        let celsius = try BinaryEncoder().encode([1.5, 2.5])
        #expect(try BinaryDecoder().decode([Wrapper].self, from: celsius) == [Wrapper(1.5), Wrapper(2.5)])
        // And the other way round: encoded one by one, decoded as an array.
        let single = try BinaryEncoder().encode([Wrapper(1.5), Wrapper(2.5)])
        #expect(try BinaryDecoder().decode([Double].self, from: single) == [1.5, 2.5])
        #expect(try BinaryDecoder().decode(ContiguousArray<Double>.self, from: single) == [1.5, 2.5])
        #expect(try BinaryDecoder().decode([Bool].self, from: BinaryEncoder().encode([Bool?.some(true)])) == [true])
        let flags = try BinaryEncoder().encode([true, false])
        #expect(try BinaryDecoder().decode([Bool?].self, from: flags) == [true, false])
        #expect(try BinaryDecoder().decode([Float?].self, from: BinaryEncoder().encode([Float(1)])) == [1])
    }

    @Test func anElementMayBeTriedAgainAsAnotherType() throws {
        enum Either: Codable, Equatable {
            case point(Point)
            case text(String)

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let point = try? container.decode(Point.self) {
                    self = .point(point)
                } else {
                    self = .text(try container.decode(String.self))
                }
            }

            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                switch self {
                case .point(let point): try container.encode(point)
                case .text(let text): try container.encode(text)
                }
            }
        }
        let values = [Either.text("a"), .point(Point(x: 1, y: 2)), .text("b")]
        let bytes = try BinaryEncoder().encode(values)
        #expect(try BinaryDecoder().decode([Either].self, from: bytes) == values)
        try Decoding.run(bytes) { decoder in
            var container = try decoder.unkeyedContainer()
            var copy = container
            #expect(throws: DecodingError.self) { try container.decode(Point.self) }
            #expect(try container.decode(String.self) == "a")
            #expect(try container.decode(Point.self) == Point(x: 1, y: 2))
            #expect(try copy.decode(String.self) == "a", "a copy goes its own way")
        }
    }

    @Test func encoderCodingPaths() throws {
        _ = try BinaryEncoder().encode([
            [
                "outer": Encoding { encoder in
                    #expect(encoder.codingPath.map(\.stringValue) == ["Index 0", "outer"])
                    var container = encoder.container(keyedBy: IndexKey.self)
                    let five = try #require(IndexKey(intValue: 500))
                    var nested = container.nestedUnkeyedContainer(forKey: five)
                    #expect(nested.codingPath.map(\.stringValue) == ["Index 0", "outer", "500"])
                    try nested.encode(1)
                    try nested.encode(
                        Encoding { encoder in
                            #expect(
                                encoder.codingPath.map(\.stringValue) == ["Index 0", "outer", "500", "Index 1"])
                            #expect(encoder.codingPath.map(\.intValue) == [0, nil, 500, 1])
                            var container = encoder.singleValueContainer()
                            try container.encodeNil()
                        })
                    // A key that is repeated, and one that was put aside with the large text.
                    let text = String(repeating: "x", count: 100_000)
                    for _ in 0..<2 {
                        try nested.encode([
                            "key": Encoding { encoder in
                                #expect(encoder.codingPath.last?.stringValue == "key")
                                var container = encoder.unkeyedContainer()
                                try container.encode(text)
                                #expect(container.codingPath.last?.stringValue == "key")
                                #expect(container.codingPath.count == 5)
                            }
                        ])
                    }
                }
            ]
        ])
    }
}
