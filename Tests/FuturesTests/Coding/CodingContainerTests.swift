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

    @Test func aFailedEntryIsTakenBack() throws {
        struct Failing: Encodable {
            let text: String
            let blob: [UInt8]
            let next: [Failing]
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: AnyKey.self)
                try container.encode(text, forKey: AnyKey("text"))
                try container.encode(blob, forKey: AnyKey("blob"))
                try container.encode(text, forKey: AnyKey("another"))
                try container.encode(next, forKey: AnyKey("next"))
                if next.isEmpty { throw CancellationError() }
            }
        }
        // The large parts make the encoder put memory aside, which it must take back too.
        for size in [0, 10, 100_000] {
            let last = Failing(text: "x", blob: [UInt8](repeating: 1, count: size), next: [])
            let failing = Failing(text: String(repeating: "y", count: size), blob: [], next: [last])
            let bytes = try BinaryEncoder().encode(
                Encoding { encoder in
                    var container = encoder.container(keyedBy: AnyKey.self)
                    try container.encode([1.5], forKey: AnyKey("first"))
                    #expect(throws: CancellationError.self) { try container.encode(failing, forKey: AnyKey("no")) }
                    try container.encode("text", forKey: AnyKey("text"))
                    var elements = container.nestedUnkeyedContainer(forKey: AnyKey("elements"))
                    try elements.encode(1)
                    #expect(throws: CancellationError.self) { try elements.encode(failing) }
                    #expect(elements.count == 1)
                    try elements.encode([UInt8](repeating: 7, count: size))
                    #expect(throws: CancellationError.self) { try elements.encode([failing]) }
                    try elements.encode(["another": 2])
                })
            try Decoding.run(bytes) { decoder in
                let container = try decoder.container(keyedBy: AnyKey.self)
                #expect(container.allKeys.map(\.stringValue) == ["first", "text", "elements"])
                #expect(try container.decode([Double].self, forKey: AnyKey("first")) == [1.5])
                #expect(try container.decode(String.self, forKey: AnyKey("text")) == "text")
                var elements = try container.nestedUnkeyedContainer(forKey: AnyKey("elements"))
                #expect(elements.count == 3)
                #expect(try elements.decode(Int.self) == 1)
                #expect(try elements.decode([UInt8].self) == [UInt8](repeating: 7, count: size))
                #expect(try elements.decode([String: Int].self) == ["another": 2])
            }
        }
    }

    @Test func wrongUsesThrow() throws {
        #expect(throws: EncodingError.self, "two single values") {
            try BinaryEncoder().encode(
                Encoding { encoder in
                    var container = encoder.singleValueContainer()
                    try container.encode(1)
                    try container.encode(2)
                })
        }
        #expect(throws: EncodingError.self, "keyed after unkeyed") {
            try BinaryEncoder().encode(
                Encoding { encoder in
                    _ = encoder.unkeyedContainer()
                    _ = encoder.container(keyedBy: AnyKey.self)
                })
        }
        #expect(throws: EncodingError.self, "unkeyed after a single value") {
            try BinaryEncoder().encode([
                Encoding { encoder in
                    var container = encoder.singleValueContainer()
                    try container.encodeNil()
                    _ = encoder.unkeyedContainer()
                }
            ])
        }
        #expect(throws: EncodingError.self, "wrong inside a nested container, out of turn") {
            try BinaryEncoder().encode(
                Encoding { encoder in
                    var container = encoder.unkeyedContainer()
                    var first = container.nestedUnkeyedContainer()
                    let second = container.superEncoder()
                    try first.encode(1)
                    _ = second.unkeyedContainer()
                    _ = second.container(keyedBy: AnyKey.self)
                })
        }
        #expect(throws: EncodingError.self, "the outer container while an inner value is encoded") {
            try BinaryEncoder().encode(
                Encoding { encoder in
                    nonisolated(unsafe) var container = encoder.unkeyedContainer()
                    nonisolated(unsafe) var copy = container
                    try container.encode(Encoding { _ in try copy.encode(1) })
                })
        }
    }

    @Test func keptContainersThrow() throws {
        final class Keeper: @unchecked Sendable {  // Safe: used by one test, one use after the other.
            var encoder: (any Encoder)?
            var keyed: KeyedEncodingContainer<AnyKey>?
            var unkeyed: (any UnkeyedEncodingContainer)?
            var decoder: (any Decoder)?
            var keyedDecoding: KeyedDecodingContainer<AnyKey>?
            var unkeyedDecoding: (any UnkeyedDecodingContainer)?
        }
        let keeper = Keeper()
        let bytes = try BinaryEncoder().encode([
            Encoding { encoder in
                keeper.encoder = encoder
                keeper.keyed = encoder.container(keyedBy: AnyKey.self)
                keeper.unkeyed = keeper.keyed?.nestedUnkeyedContainer(forKey: AnyKey("a"))
            }
        ])
        #expect(throws: EncodingError.self) { try keeper.keyed?.encode(1, forKey: AnyKey("x")) }
        #expect(throws: EncodingError.self) { try keeper.keyed?.encode(Point(x: 0, y: 0), forKey: AnyKey("x")) }
        #expect(throws: EncodingError.self) { try keeper.unkeyed?.encode(1) }
        #expect(throws: EncodingError.self) { try keeper.unkeyed?.encodeNil() }
        var single = try #require(keeper.encoder).singleValueContainer()
        #expect(throws: EncodingError.self) { try single.encode(1) }
        let superclass = keeper.keyed?.superEncoder()
        var nested = try #require(superclass).unkeyedContainer()
        #expect(throws: EncodingError.self) { try nested.encode(1) }
        #expect(nested.count == 0 && keeper.unkeyed?.count == 0)
        _ = keeper.encoder?.container(keyedBy: AnyKey.self)
        _ = keeper.keyed?.codingPath
        _ = nested.codingPath

        try Decoding.run(bytes) { decoder in
            keeper.decoder = decoder
            var elements = try decoder.unkeyedContainer()
            keeper.unkeyedDecoding = elements
            keeper.keyedDecoding = try elements.nestedContainer(keyedBy: AnyKey.self)
        }
        let decoder = try #require(keeper.decoder)
        #expect(decoder.codingPath.isEmpty)
        #expect(throws: DecodingError.self) { try decoder.singleValueContainer() }
        #expect(throws: DecodingError.self) { try decoder.unkeyedContainer() }
        #expect(throws: DecodingError.self) { try decoder.container(keyedBy: AnyKey.self) }
        #expect(keeper.keyedDecoding?.allKeys.isEmpty == true)
        #expect(keeper.keyedDecoding?.contains(AnyKey("a")) == false)
        #expect(throws: DecodingError.self) { try keeper.keyedDecoding?.decode(Int.self, forKey: AnyKey("a")) }
        #expect(throws: DecodingError.self) { try keeper.unkeyedDecoding?.decodeNil() }
        #expect(throws: DecodingError.self) { try keeper.unkeyedDecoding?.decode(Point.self) }
        #expect(throws: DecodingError.self) { try keeper.unkeyedDecoding?.superDecoder() }
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
