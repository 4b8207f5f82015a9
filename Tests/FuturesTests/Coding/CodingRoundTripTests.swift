// SPDX-License-Identifier: Apache-2.0
// What goes in comes out: a table of types, and numbers bit for bit.

import Foundation
import Futures
import Testing

/// A value, tried out with its type known.
struct RoundTrip: Sendable, CustomTestStringConvertible {
    let name: String
    /// Encodes, decodes, compares; returns the bytes.
    let check: @Sendable () throws -> [UInt8]

    var testDescription: String { name }

    init<T: Codable & Equatable & SendableMetatype>(
        named name: String? = nil, _ value: @autoclosure @escaping @Sendable () -> T
    ) {
        self.name = name ?? "\(T.self)"
        check = {
            let value = value()
            let bytes = try BinaryEncoder().encode(value)
            let decoded = try BinaryDecoder().decode(T.self, from: bytes)
            #expect(decoded == value)
            // The same as a part of a larger array, and inside other values.
            var padded: [UInt8] = [1, 2, 3]
            try BinaryEncoder().encode(value, into: &padded)
            #expect(padded[3...].elementsEqual(bytes) || T.self is any UnorderedValue.Type)
            #expect(try BinaryDecoder().decode(T.self, from: padded[3...]) == value)
            let box = Box(value: value, others: [value, value], named: ["x": value], maybe: value)
            #expect(try BinaryDecoder().decode(Box<T>.self, from: BinaryEncoder().encode(box)) == box)
            let boxes = Box(value: box, others: [box, box], named: [:], maybe: nil)
            #expect(try BinaryDecoder().decode(Box<Box<T>>.self, from: BinaryEncoder().encode(boxes)) == boxes)
            return bytes
        }
    }
}

/// Types that may be encoded in another order each time.
protocol UnorderedValue {}
extension Set: UnorderedValue {}
extension Dictionary: UnorderedValue {}

struct CodingRoundTripTests {
    static let table: [RoundTrip] = [
        RoundTrip(0), RoundTrip(-1), RoundTrip(Int.max), RoundTrip(Int.min), RoundTrip(UInt64.max),
        RoundTrip(Int8(-128)), RoundTrip(UInt8(255)), RoundTrip(Int16(-300)), RoundTrip(UInt16(65_535)),
        RoundTrip(Int32.min), RoundTrip(UInt32.max), RoundTrip(Int128.min), RoundTrip(UInt128.max),
        RoundTrip(Int128(5)), RoundTrip(UInt(7)), RoundTrip(true), RoundTrip(false), RoundTrip(1.5),
        RoundTrip(Float(2.5)),
        RoundTrip(""), RoundTrip("short"), RoundTrip(String(repeating: "é", count: 16)),
        RoundTrip(named: "100 KB of text", String(repeating: "0123456789", count: 10_000)),
        RoundTrip(Float16(0.5)), RoundTrip(Data()), RoundTrip(Data(count: 100_000)),
        RoundTrip(Data([1, 2, 3, 4])[1..<3]),
        RoundTrip([Double]()), RoundTrip([1.0, 2.0]), RoundTrip([1, 2, 3]), RoundTrip([true, false]),
        RoundTrip([UInt8](0...255)),
        RoundTrip([Float](repeating: 1, count: 100_000)), RoundTrip(ContiguousArray<Int32>([1, -2])),
        RoundTrip(ContiguousArray<String>(["a"])), RoundTrip([Int128.max]),
        RoundTrip([[Double]](repeating: [1, 2, 3], count: 50)), RoundTrip([[[Int8]]](repeating: [[1], []], count: 5)),
        RoundTrip(["a", "b"]), RoundTrip(Int?.none), RoundTrip(Int?.some(5)), RoundTrip(Int??.some(nil)),
        RoundTrip(Int??.none),
        RoundTrip([Double]?.some([1])), RoundTrip(["a": 1, "b": 2]), RoundTrip([1: "a"]),
        RoundTrip([Point(x: 1, y: 2): 5]),
        RoundTrip(["k": ["k": [1.0]]]), RoundTrip(Set([1.5, 2.5])), RoundTrip(Numbers(a: 1, b: -2, c: 300)),
        RoundTrip(Point(x: 1, y: 2)), RoundTrip(EmptyValue()), RoundTrip([EmptyValue(), EmptyValue()]),
        RoundTrip(Scalars()),
        RoundTrip(Blocks()), RoundTrip(Optionals()), RoundTrip(Shape.empty), RoundTrip(Shape.circle(radius: 2)),
        RoundTrip(Shape.group(.polygon([Point(x: 1, y: 2)], closed: true), .group(.pair(1, nil), .pair(2, "x")))),
        RoundTrip(Color.green), RoundTrip(Level.high), RoundTrip(Wrapper(1.5)), RoundTrip([Wrapper(1.5), Wrapper(2)]),
        RoundTrip(Renamed(first: 1, second: "b")), RoundTrip(Numbered(first: 1, second: "b")),
        RoundTrip([Numbered(first: 1, second: "b"), Numbered(first: 2, second: "c")]),
        RoundTrip(Indexed([0: "a", 31: "b", 32: "c", -1: "d", .max: "e", .min: "f"])), RoundTrip(Node.list(100)),
        RoundTrip(Dog(name: "Rex", tricks: ["sit"])), RoundTrip(Cat(name: "Tom", lives: 9)),
        RoundTrip([Cat(name: "Tom", lives: 9), Cat(name: "Kit", lives: 8)]),
        RoundTrip(named: "in turn", Nested(inTurn: true)),
        RoundTrip(named: "out of turn", Nested(inTurn: false)),
        RoundTrip(named: "several out of turn", [Nested(inTurn: false), Nested(inTurn: true), Nested(inTurn: false)]),
        RoundTrip(Everyday()), RoundTrip(Date(timeIntervalSinceReferenceDate: -0.1)), RoundTrip(Decimal(1) / 3),
        RoundTrip(named: "1000 points", (0..<1000).map { Point(x: Double($0), y: 0) }),
        RoundTrip(named: "1000 names", Dictionary(uniqueKeysWithValues: (0..<1000).map { ("key \($0)", $0) })),
        RoundTrip(named: "5000 dictionaries", [[String: Int]](repeating: ["a": 1, "b": 2, "c": 3], count: 5000)),
        RoundTrip(named: "2000 numbers", Dictionary(uniqueKeysWithValues: (0..<2000).map { ($0, $0) })),
    ]

    @Test(arguments: table)
    func roundTrip(_ value: RoundTrip) throws {
        _ = try value.check()
    }

    static let patterns: [UInt64] = [
        0, 1 << 63, 1, 0x7FF0_0000_0000_0000, 0xFFF0_0000_0000_0000, 0x7FF8_0000_0000_0000, 0x7FF8_0000_DEAD_BEEF,
        0x7FF0_0000_0000_0001, 0xFFF4_0000_0000_1234, 0x3FF0_0000_0000_0000, .max,
    ]

    @Test(arguments: patterns)
    func doubleKeepsEveryBit(_ pattern: UInt64) throws {
        let value = Double(bitPattern: pattern)
        let alone = try BinaryDecoder().decode(Double.self, from: BinaryEncoder().encode(value))
        #expect(alone.bitPattern == pattern)
        let point = try BinaryDecoder().decode(Point.self, from: BinaryEncoder().encode(Point(x: value, y: value)))
        #expect(point.x.bitPattern == pattern && point.y.bitPattern == pattern)
        let block = try BinaryDecoder().decode([Double].self, from: BinaryEncoder().encode([value, value]))
        #expect(block.map(\.bitPattern) == [pattern, pattern])
        let optionals = try BinaryDecoder().decode([Double?].self, from: BinaryEncoder().encode([value, nil]))
        #expect(optionals.map { $0?.bitPattern } == [pattern, nil])
    }

    @Test(arguments: [0, 0x8000_0000, 0x7F80_0001, 0x7FC0_1234, 0xFFC0_0000, 0x7F80_0000] as [UInt32])
    func floatKeepsEveryBit(_ pattern: UInt32) throws {
        let value = Float(bitPattern: pattern)
        let alone = try BinaryDecoder().decode(Float.self, from: BinaryEncoder().encode(value))
        #expect(alone.bitPattern == pattern)
        let block = try BinaryDecoder().decode([Float].self, from: BinaryEncoder().encode([value]))
        #expect(block[0].bitPattern == pattern)
        let named = try BinaryDecoder().decode([String: Float].self, from: BinaryEncoder().encode(["x": value]))
        #expect(named["x"]?.bitPattern == pattern)
    }

    @Test func everyIntegerAroundAPowerOfTwo() throws {
        for bits in 0..<64 {
            for delta in -2...2 {
                let magnitude = Int64(truncatingIfNeeded: (Int128(1) << bits) + Int128(delta))
                for value in [magnitude, 0 &- magnitude] {
                    let pair = [Int64?](repeating: value, count: 1)
                    #expect(try BinaryDecoder().decode([Int64?].self, from: BinaryEncoder().encode(pair)) == pair)
                    #expect(
                        try BinaryDecoder().decode(Int128.self, from: BinaryEncoder().encode(value)) == Int128(value))
                    let key = [Int(value): 1]
                    #expect(try BinaryDecoder().decode([Int: Int].self, from: BinaryEncoder().encode(key)) == key)
                }
            }
        }
    }

    @Test func everyContainerLengthAroundTheShortForm() throws {
        for count in 0..<600 {
            let text = [Box(value: String(repeating: "x", count: count), others: [], named: [:], maybe: nil)]
            #expect(try BinaryDecoder().decode([Box<String>].self, from: BinaryEncoder().encode(text)) == text)
            let values = (0..<count).map { $0 % 3 == 0 ? nil : $0 }
            #expect(try BinaryDecoder().decode([Int?].self, from: BinaryEncoder().encode(values)) == values)
        }
    }

    @Test func userInfoReachesBothSides() throws {
        struct Asker: Codable {
            static let key = CodingUserInfoKey(rawValue: "asker")
            init() {}
            init(from decoder: any Decoder) throws {
                #expect(Asker.key.flatMap { decoder.userInfo[$0] } as? Int == 2)
                let nested = try decoder.container(keyedBy: Numbers.CodingKeys.self)
                #expect(try nested.superDecoder(forKey: .a).userInfo.count == 1)
            }
            func encode(to encoder: any Encoder) throws {
                #expect(Asker.key.flatMap { encoder.userInfo[$0] } as? Int == 1)
                var container = encoder.container(keyedBy: Numbers.CodingKeys.self)
                #expect(container.superEncoder(forKey: .a).userInfo.count == 1)
            }
        }
        var encoder = BinaryEncoder()
        var decoder = BinaryDecoder()
        let key = try #require(Asker.key)
        encoder.userInfo[key] = 1
        decoder.userInfo[key] = 2
        _ = try decoder.decode(Asker.self, from: encoder.encode(Asker()))
    }
}
