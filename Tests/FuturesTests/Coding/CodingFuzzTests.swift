// SPDX-License-Identifier: Apache-2.0
// The decoder survives any bytes: damaged payloads, noise, and lengths that promise too much.

import Foundation
import Testing

@testable import Futures

/// A small generator whose numbers depend on the seed only (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

/// A payload and the type that it is of.
struct FuzzSubject: Sendable {
    let bytes: [UInt8]
    /// Decodes bytes as that type; true if they were a value of it.
    let decode: @Sendable ([UInt8]) -> Bool

    init<T: Codable & SendableMetatype>(_ value: T) throws {
        bytes = try BinaryEncoder().encode(value)
        decode = { bytes in
            do {
                let value = try BinaryDecoder().decode(T.self, from: bytes)
                // What was decoded is a sound value: it can be encoded.
                _ = try BinaryEncoder().encode(value)
                return true
            } catch is DecodingError {
                return false
            } catch {
                Issue.record("\(T.self) threw \(error)")
                return false
            }
        }
    }

    static func all() throws -> [FuzzSubject] {
        [
            try FuzzSubject(12_345), try FuzzSubject("some text"), try FuzzSubject([1.0, 2.0]),
            try FuzzSubject([true, false, true]), try FuzzSubject(Data([1, 2, 3])),
            try FuzzSubject(Numbers(a: 1, b: -200, c: 3)),
            try FuzzSubject([Point(x: 1, y: 2), Point(x: 3, y: 4)]), try FuzzSubject(Scalars()),
            try FuzzSubject(Optionals()),
            try FuzzSubject([Shape.group(.circle(radius: 1), .pair(5, "x")), .empty]),
            try FuzzSubject(["a": [1, 2], "b": []]),
            try FuzzSubject([1: "a", 500: "b"]), try FuzzSubject([[1.0], [2.0, 3.0]]), try FuzzSubject(Node.list(5)),
            try FuzzSubject(Dog(name: "Rex", tricks: ["sit", "roll"])), try FuzzSubject([Cat(name: "Tom", lives: 9)]),
            try FuzzSubject(Nested(inTurn: true)), try FuzzSubject(Nested(inTurn: false)),
            try FuzzSubject([Numbered(first: 1, second: "b"), Numbered(first: 2, second: "c")]),
            try FuzzSubject(Indexed([1: "a", -40: "b"])), try FuzzSubject([Wrapper(1), Wrapper(2)]),
            try FuzzSubject(Set([1, 2, 3])), try FuzzSubject(Renamed(first: 1, second: "x")),
            try FuzzSubject(Box(value: Color.red, others: [.green], named: ["k": .red], maybe: nil)),
            try FuzzSubject(UUID()), try FuzzSubject(Decimal(3) / 7),
            try FuzzSubject([Date(timeIntervalSinceReferenceDate: 5)]),
        ]
    }
}

struct CodingFuzzTests {
    /// Bytes that mean something in the format.
    private static let telling: [UInt8] =
        [0, 1, 0x20, 0x3F, 0x40, 0x60, 0x61, 0x62, 0x63, 0x7F, 0x80, 0x82, 0x9F, 0xA0, 0xBF, 0xFF, 0xFE]
        + (0xC0...0xFC).map { UInt8($0) }

    private static func damage(_ bytes: [UInt8], _ other: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            // The header mostly stays: behind it is where it gets interesting.
            let first = Int.random(in: 0..<100, using: &random) == 0 ? 0 : 2
            guard bytes.count > first else { return bytes }
            let place = Int.random(in: first..<bytes.count, using: &random)
            switch Int.random(in: 0..<9, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1, 2: bytes[place] = telling.randomElement(using: &random) ?? 0
            case 3: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 4: bytes.removeSubrange(place...)
            case 5: bytes.insert(telling.randomElement(using: &random) ?? 0, at: place)
            case 6: bytes.remove(at: place)
            case 7: bytes.append(contentsOf: other.dropFirst(min(place, other.count)))
            default:
                let end = Int.random(in: place..<bytes.count, using: &random)
                let part = bytes[place...end]
                bytes.insert(contentsOf: part, at: Int.random(in: first...bytes.count, using: &random))
            }
        }
        return bytes
    }

    /// 8 × 30,000 damaged payloads, each decoded as its own type or, one in four, as another one.
    @Test(.timeLimit(.minutes(1)), arguments: 0..<8)
    func damagedPayloads(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let subjects = try FuzzSubject.all()
        var soundCount = 0
        for _ in 0..<30_000 {
            guard let subject = subjects.randomElement(using: &random),
                let other = subjects.randomElement(using: &random)
            else { return }
            let bytes = Self.damage(subject.bytes, other.bytes, &random)
            let target = UInt8.random(in: 0..<4, using: &random) == 0 ? other : subject
            if target.decode(bytes) { soundCount += 1 }
        }
        // Some damage hits a number or a letter only; if all or none were sound the test would test nothing.
        #expect(soundCount > 500 && soundCount < 25_000)
    }

    @Test(.timeLimit(.minutes(1)), arguments: 100..<102)
    func noise(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let subjects = try FuzzSubject.all()
        for _ in 0..<20_000 {
            var bytes: [UInt8] = [WireFormat.magic, WireFormat.version]
            let isTelling = Bool.random(using: &random)
            for _ in 0..<Int.random(in: 0..<40, using: &random) {
                bytes.append(
                    isTelling
                        ? Self.telling.randomElement(using: &random) ?? 0 : UInt8.random(in: 0...255, using: &random))
            }
            _ = subjects.randomElement(using: &random)?.decode(bytes)
        }
    }

    /// Every prefix is refused, and every payload with one more byte.
    @Test func truncatedAndExtended() throws {
        for subject in try FuzzSubject.all() {
            #expect(subject.decode(subject.bytes))
            for count in 0..<subject.bytes.count {
                #expect(!subject.decode(Array(subject.bytes.prefix(count))))
            }
            #expect(!subject.decode(subject.bytes + [0]))
        }
    }

    static let promises: [UInt64] = [
        100, 255, 1 << 16, 1 << 31, 1 << 32, 1 << 47, 1 << 48, 1 << 60, 1 << 61, 1 << 62, (1 << 63) - 1, 1 << 63,
        .max - 7, .max,
    ]

    @Test(.timeLimit(.minutes(1)), arguments: promises)
    func promisedLengths(_ promise: UInt64) throws {
        var varint = [UInt8](repeating: 0, count: WireFormat.varintByteCountLimit)
        let count = varint.withUnsafeMutableBytes { buffer in
            buffer.baseAddress.map { WireWriter.varint(promise, to: $0) } ?? 0
        }
        varint.removeSubrange(count...)
        let six = (0..<6).map { UInt8(truncatingIfNeeded: promise >> (8 * $0)) }
        let header = [WireFormat.magic, WireFormat.version]
        let subjects = try FuzzSubject.all()
        var heads: [[UInt8]] = WireElement.allCases.map { [$0.tag] + varint }
        heads.append([WireTag.longString] + varint)
        for keyed in [WireTag.longKeyed, WireTag.longKeyed + WireTag.repeatsOffset] {
            heads.append([keyed] + six)
            heads.append([WireTag.shortKeyed, 40, WireKeyTag.longName] + varint)
            heads.append([WireTag.shortKeyed, 40, WireKeyTag.reference] + varint)
            heads.append([WireTag.shortKeyed, 40, WireKeyTag.numberedName, 5] + varint)
        }
        heads.append([WireTag.longUnkeyed] + six + six)
        heads.append([WireTag.longUnkeyed, 40, 0, 0, 0, 0, 0] + six)
        for head in heads {
            for inside in [[], [WireTag.shortUnkeyed, 60, 1], [WireTag.shortKeyed, 60, 1, 0x61], [0xA0]] as [[UInt8]] {
                let bytes = header + inside + head + [UInt8](repeating: 1, count: 50)
                for subject in subjects { #expect(!subject.decode(bytes)) }
            }
        }
    }

    /// A long name that many short entries repeat would be a bomb: names that long can't be repeated.
    @Test func longNamesCannotBeRepeated() throws {
        let name = [UInt8](repeating: 0x61, count: 5000)
        var body: [UInt8] = [WireKeyTag.longName, 0x88, 0x27] + name + [1]
        for _ in 0..<1000 { body += [WireKeyTag.nearReference + 9, 1] }
        let six = (0..<6).map { UInt8(truncatingIfNeeded: body.count >> (8 * $0)) }
        let bytes = [WireFormat.magic, WireFormat.version, WireTag.longKeyed] + six + body
        let error = #expect(throws: DecodingError.self) { try BinaryDecoder().decode([String: Int].self, from: bytes) }
        #expect("\(String(describing: error))".contains("no short name"))
    }
}
