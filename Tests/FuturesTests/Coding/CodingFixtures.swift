// SPDX-License-Identifier: Apache-2.0
// Types of all shapes for the tests of the binary coder.

import Foundation

struct Numbers: Codable, Equatable {
    enum CodingKeys: CodingKey { case a, b, c }
    var a: Int
    var b: Int
    var c: Int
}

struct Point: Codable, Equatable, Hashable {
    var x: Double
    var y: Double
}

struct EmptyValue: Codable, Equatable {}

struct Scalars: Codable, Equatable {
    var bool = true
    var int8 = Int8.min
    var int16 = Int16.min
    var int32 = Int32.min
    var int64 = Int64.min
    var int128 = Int128.min
    var int = Int.max
    var uint8 = UInt8.max
    var uint16 = UInt16.max
    var uint32 = UInt32.max
    var uint64 = UInt64.max
    var uint128 = UInt128.max
    var uint = UInt.max
    var float = Float.pi
    var double = -Double.pi
    var string = "Grüße, 世界 🌍"
}

struct Blocks: Codable, Equatable {
    var doubles = [1.5, -0.0, .infinity]
    var floats: [Float] = [1.5, .leastNonzeroMagnitude]
    var ints = [1, -1, .max, .min]
    var int8s: [Int8] = [1, -1, .max, .min]
    var int16s: [Int16] = [1, -1, .max, .min]
    var int32s: [Int32] = [1, -1, .max, .min]
    var int64s: [Int64] = [1, -1, .max, .min]
    var uints: [UInt] = [0, .max]
    var uint8s: [UInt8] = [0, .max]
    var uint16s: [UInt16] = [0, .max]
    var uint32s: [UInt32] = [0, .max]
    var uint64s: [UInt64] = [0, .max]
    var bools = [true, false, true]
    var none: [Double] = []
    var contiguous: ContiguousArray<Double> = [1, 2, 3]
    var contiguousBytes: ContiguousArray<UInt8> = [1, 2, 3]
    var data = Data([1, 2, 3])
    var matrix = [[1.0, 2.0], [], [3.0]]
    var optional: [Float]? = [1]
    var byName = ["a": [1, 2], "b": []]
}

struct Optionals: Codable, Equatable {
    var present: Int? = 1
    var absent: Int?
    var numbers: [Int?] = [1, nil, 3]
    var points: [Point?] = [nil, Point(x: 1, y: 2)]
    var texts: [String: String?] = ["a": nil, "b": "c"]
    var twice: [Int??] = [1, .some(nil), nil]
    var thrice: [Int???] = [1, .some(.some(nil)), .some(nil), nil]
    var innerNil: Int?? = .some(nil)
    var outerNil: Int??
    var array: [Double]?? = .some([1])
}

enum Shape: Codable, Equatable {
    case empty
    case circle(radius: Double)
    case polygon([Point], closed: Bool)
    case pair(Int, String?)
    indirect case group(Shape, Shape)
}

enum Color: String, Codable, CaseIterable {
    case red, green = "grün"
}

enum Level: Int, Codable {
    case low = -1
    case high = 1000
}

struct Box<Value: Codable & Equatable>: Codable, Equatable {
    var value: Value
    var others: [Value]
    var named: [String: Value]
    var maybe: Value?
}

struct Wrapper: Codable, Equatable {
    var number: Double

    init(_ number: Double) { self.number = number }
    init(from decoder: any Decoder) throws { number = try decoder.singleValueContainer().decode(Double.self) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}

struct Renamed: Codable, Equatable {
    var first: Int
    var second: String
    enum CodingKeys: String, CodingKey {
        case first = "ein sehr langer Name, der gewiss nicht in fünfzehn Bytes und auch nicht in dreiundsechzig passt"
        case second = ""
    }
}

struct Numbered: Codable, Equatable {
    var first: Int
    var second: String
    enum CodingKeys: Int, CodingKey {
        case first = 7
        case second = -70_000
    }
}

struct IndexKey: CodingKey {
    let index: Int
    var stringValue: String { String(index) }
    var intValue: Int? { index }
    init?(stringValue: String) { nil }
    init?(intValue: Int) { index = intValue }
}

/// Keys that can be made only of numbers.
struct Indexed: Codable, Equatable {
    var values: [Int: String]

    init(_ values: [Int: String]) { self.values = values }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: IndexKey.self)
        values = [:]
        for key in container.allKeys { values[key.index] = try container.decode(String.self, forKey: key) }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: IndexKey.self)
        for (index, value) in values {
            if let key = IndexKey(intValue: index) { try container.encode(value, forKey: key) }
        }
    }
}

final class Node: Codable, Equatable {
    var value: Int
    var next: Node?

    init(_ value: Int, next: Node? = nil) {
        self.value = value
        self.next = next
    }

    /// A list of as many nodes.
    static func list(_ count: Int) -> Node {
        var node = Node(0)
        for value in 1..<max(count, 1) { node = Node(value, next: node) }
        return node
    }

    static func == (lhs: Node, rhs: Node) -> Bool { lhs.value == rhs.value && lhs.next == rhs.next }
}

class Animal: Codable {
    var name: String
    init(name: String) { self.name = name }
}

/// A subclass that keeps its superclass's part apart.
final class Dog: Animal, Equatable {
    var tricks: [String]

    init(name: String, tricks: [String]) {
        self.tricks = tricks
        super.init(name: name)
    }

    private enum CodingKeys: CodingKey { case tricks, age }

    required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        tricks = try container.decode([String].self, forKey: .tricks)
        try super.init(from: container.superDecoder())
    }

    override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try super.encode(to: container.superEncoder())
        try container.encode(tricks, forKey: .tricks)
    }

    static func == (lhs: Dog, rhs: Dog) -> Bool { lhs.name == rhs.name && lhs.tricks == rhs.tricks }
}

/// A subclass that shares its superclass's container.
final class Cat: Animal, Equatable {
    var lives: Int

    init(name: String, lives: Int) {
        self.lives = lives
        super.init(name: name)
    }

    private enum CodingKeys: CodingKey { case lives }

    required init(from decoder: any Decoder) throws {
        lives = try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .lives)
        try super.init(from: decoder)
    }

    override func encode(to encoder: any Encoder) throws {
        try super.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(lives, forKey: .lives)
    }

    static func == (lhs: Cat, rhs: Cat) -> Bool { lhs.name == rhs.name && lhs.lives == rhs.lives }
}

/// Uses every kind of nested container, several at the same time.
struct Nested: Codable, Equatable {
    var numbers = [1, 2, 3]
    var names = ["a", "b"]
    var points = [Point(x: 1, y: 2), Point(x: 3, y: 4)]
    var inTurn = true

    enum CodingKeys: CodingKey { case first, second, third, inTurn }

    init(inTurn: Bool) { self.inTurn = inTurn }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let second = try container.nestedContainer(keyedBy: CodingKeys.self, forKey: .second)
        var first = try container.nestedUnkeyedContainer(forKey: .first)
        inTurn = try container.decode(Bool.self, forKey: .inTurn)
        numbers = []
        names = []
        var deeper = try second.nestedUnkeyedContainer(forKey: .first)
        while !first.isAtEnd {
            numbers.append(try first.decode(Int.self))
            if !deeper.isAtEnd { names.append(try deeper.decode(String.self)) }
        }
        points = [
            try Point(from: second.superDecoder()), try second.decode(Point.self, forKey: .third),
        ]
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        var first = container.nestedUnkeyedContainer(forKey: .first)
        if inTurn {
            for number in numbers { try first.encode(number) }
        }
        var second = container.nestedContainer(keyedBy: CodingKeys.self, forKey: .second)
        let superclass = second.superEncoder()
        if inTurn { try points[0].encode(to: superclass) }
        var deeper = second.nestedUnkeyedContainer(forKey: .first)
        for name in names { try deeper.encode(name) }
        try second.encode(points[1], forKey: .third)
        if !inTurn {
            try first.encode(numbers[0])
            try points[0].encode(to: superclass)
            for number in numbers.dropFirst() { try first.encode(number) }
        }
        try container.encode(inTurn, forKey: .inTurn)
    }
}

/// The types of the standard library and Foundation that programs encode.
struct Everyday: Codable, Equatable {
    var date = Date(timeIntervalSinceReferenceDate: 123_456.789)
    var url = URL(string: "https://example.org/a?b=c#d")
    var uuid = UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16))
    var decimal = Decimal(string: "-12345678901234567890.12345")
    var range = 1..<5
    var set: Set<String> = ["a", "b"]
    var points: Set<Point> = [Point(x: 1, y: 2)]
    var byNumber = [1: "a", -5: "b", .max: "c"]
    var byName = ["05": 1, "5": 2, "": 3]
    var byColor = [Color.red: 1]
    var byPoint = [Point(x: 1, y: 2): "p"]
    var colors = Color.allCases
    var levels = [Level.low, .high]
    var half: Float16 = 1.5
    var interval = DateInterval(start: Date(timeIntervalSinceReferenceDate: 0), duration: 5)
}
