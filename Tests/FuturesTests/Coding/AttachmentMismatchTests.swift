// SPDX-License-Identifier: Apache-2.0
// Arrays beside a payload that are asked for as something else, or that are not what the payload says.

import Foundation
import Testing

@testable import Futures

/// Decodes an array element by element, by whatever container is asked for.
private struct OneByOne<Element: Codable & Equatable & Sendable>: Decodable, Equatable {
    var elements: [Element] = []

    init(_ elements: [Element]) { self.elements = elements }

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        #expect(container.count != nil)
        while !container.isAtEnd {
            #expect(try !container.decodeNil())
            elements.append(try container.decode(Element.self))
        }
    }
}

/// An element that is decoded through a single value container of its own.
private struct Wrapped: Codable, Equatable, Sendable {
    var value: Int

    init(_ value: Int) { self.value = value }

    init(from decoder: any Decoder) throws { value = try decoder.singleValueContainer().decode(Int.self) }
}

@Suite(.timeLimit(.minutes(1)))
struct AttachmentMismatchTests {
    /// What decoding gives: the value, or the kind of the error and its coding path.
    private enum Answer<T: Equatable>: Equatable {
        case value(T)
        case error(String)

        init(_ body: () throws -> T) {
            do {
                self = .value(try body())
            } catch DecodingError.typeMismatch(_, let context) {
                self = .error("type mismatch at \(context.codingPath.map(\.stringValue))")
            } catch DecodingError.dataCorrupted(let context) {
                self = .error("corrupted at \(context.codingPath.map(\.stringValue))")
            } catch DecodingError.valueNotFound(_, let context) {
                self = .error("not found at \(context.codingPath.map(\.stringValue))")
            } catch {
                self = .error("\(error)")
            }
        }
    }

    /// Decodes an array as another type: attached it must give what it gives inline, and the value if there is one.
    private func decode<S: Encodable, T: Decodable & Equatable>(
        _ source: S, as type: T.Type, expecting expected: T?, _ location: SourceLocation = #_sourceLocation
    ) throws {
        let attached = try AttachmentTests.transported(BinaryEncoder().encodePayload(source, attachingFrom: 1))
        #expect(!attached.attachments.isEmpty, sourceLocation: location)
        let inline = try BinaryEncoder().encode(source)
        let answer = Answer { try BinaryDecoder().decode(T.self, from: attached) }
        #expect(answer == Answer { try BinaryDecoder().decode(T.self, from: inline) }, sourceLocation: location)
        if let expected {
            #expect(answer == .value(expected), sourceLocation: location)
        } else if case .value(let value) = answer {
            Issue.record("\(S.self) was decoded as \(value)", sourceLocation: location)
        }
    }

    @Test func convertsWhatConverts() throws {
        let integers = [1, -2, 3]
        try decode(integers, as: [Int64].self, expecting: [1, -2, 3])
        try decode([1, -2, 3] as [Int64], as: [Int].self, expecting: integers)
        try decode([1, 2] as [UInt64], as: ContiguousArray<UInt>.self, expecting: [1, 2])
        try decode([1, 2] as [UInt8], as: Data.self, expecting: Data([1, 2]))
        try decode(Data([1, 2]), as: [UInt8].self, expecting: [1, 2])
        try decode(Data([1, 2]), as: ContiguousArray<UInt8>.self, expecting: [1, 2])
        try decode(integers, as: [Int16].self, expecting: [1, -2, 3])
        try decode([integers, [4]], as: [[Int8]].self, expecting: [[1, -2, 3], [4]])
    }

    @Test func decodesElementByElement() throws {
        try decode([1, -2, 3], as: OneByOne<Int>.self, expecting: OneByOne([1, -2, 3]))
        try decode([1, -2, 3], as: OneByOne<Int8>.self, expecting: OneByOne([1, -2, 3]))
        try decode([1, -2, 3], as: OneByOne<Wrapped>.self, expecting: OneByOne([Wrapped(1), Wrapped(-2), Wrapped(3)]))
        try decode([1.5, -2], as: OneByOne<Double>.self, expecting: OneByOne([1.5, -2]))
        try decode([1.5, -2] as [Float], as: OneByOne<Float>.self, expecting: OneByOne([1.5, -2]))
        try decode([true, false], as: OneByOne<Bool>.self, expecting: OneByOne([true, false]))
        try decode(["k": [1.5, -2]], as: [String: OneByOne<Double>].self, expecting: ["k": OneByOne([1.5, -2])])
        try decode([1, 2], as: Set<Int>.self, expecting: [1, 2])
        try decode([1, 2], as: [Int?].self, expecting: [1, 2])
    }

    @Test func refusesWhatIsRefusedInline() throws {
        try decode([1, 300], as: [Int8].self, expecting: nil)
        try decode([1.5], as: [Int].self, expecting: nil)
        try decode([1.5], as: [Float].self, expecting: nil)
        try decode([1], as: [Bool].self, expecting: nil)
        try decode([1], as: [String].self, expecting: nil)
        try decode([1], as: [[Int]].self, expecting: nil)
        try decode([1], as: Int.self, expecting: nil)
        try decode([1], as: String.self, expecting: nil)
        try decode([1], as: [String: Int].self, expecting: nil)
        try decode([1.5], as: Data.self, expecting: nil)
        try decode(["k": [1.5]], as: [String: OneByOne<Int>].self, expecting: nil)
        try decode([[1.5], [2]], as: [[String]].self, expecting: nil)
    }

    private func fault<T: Decodable>(_ type: T.Type, _ payload: EncodedPayload) -> String {
        let error = #expect(throws: DecodingError.self) { try BinaryDecoder().decode(type, from: payload) }
        return String(describing: error)
    }

    @Test func refusesAttachmentsThatAreNotAsThePayloadSays() throws {
        let good = try BinaryEncoder().encodePayload([[1.5, 2.5], [3.5]], attachingFrom: 1)
        let first = good.attachments[0]
        func with(_ attachments: AttachedArray...) -> EncodedPayload {
            EncodedPayload(good.bytes, attachments: attachments)
        }
        #expect(fault([[Double]].self, with()).contains("attachment 0 is missing"))
        #expect(fault([[Double]].self, with(first)).contains("attachment 1 is missing"))
        let integers = with(first, AttachedArray([1] as [Int]))
        #expect(fault([[Double]].self, integers).contains("an array of int64, not of double"))
        #expect(fault([[Double]].self, with(first, first)).contains("has 2 elements, not 1"))
        #expect(fault([OneByOne<Double>].self, with(first, first)).contains("has 2 elements, not 1"))
        #expect(fault([OneByOne<Double>].self, with()).contains("attachment 0 is missing"))
        // One array may be in several places.
        let twice = try BinaryEncoder().encodePayload([[1.5, 2.5], [1.5, 2.5]], attachingFrom: 1)
        let shared = EncodedPayload(twice.bytes, attachments: [twice.attachments[0], twice.attachments[0]])
        #expect(try BinaryDecoder().decode([[Double]].self, from: shared) == [[1.5, 2.5], [1.5, 2.5]])
        // A plain payload can't name any.
        #expect(throws: DecodingError.self) { try BinaryDecoder().decode([[Double]].self, from: good.bytes) }
    }

    @Test func refusesBooleansThatAreNone() throws {
        let payload = try AttachmentTests.transported(
            BinaryEncoder().encodePayload([true, false, true], attachingFrom: 1))
        payload.attachments[0].landing[1] = 2
        #expect(fault([Bool].self, payload).contains("neither 0 nor 1"))
        #expect(fault(ContiguousArray<Bool>.self, payload).contains("neither 0 nor 1"))
        #expect(fault(OneByOne<Bool>.self, payload).contains("neither 0 nor 1"))
    }

    @Test func makesNoRoomForNonsense() {
        #expect(AttachedArray(receiving: 13, count: 1, limit: 100) == nil)
        #expect(AttachedArray(receiving: 255, count: 1, limit: 100) == nil)
        let double = DirectElement.double.rawValue
        #expect(AttachedArray(receiving: double, count: 0, limit: 100) == nil)
        #expect(AttachedArray(receiving: double, count: 13, limit: 100) == nil)
        #expect(AttachedArray(receiving: double, count: .max, limit: .max) == nil)
        #expect(AttachedArray(receiving: double, count: 12, limit: 100)?.landing.count == 96)
    }

    /// 20,000 damaged payloads with attachments give values or errors, never a trap.
    @Test(arguments: 0..<4 as Range<UInt64>)
    func survivesDamage(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let value = ["a": [[1.5, 2.5], [3.5]], "b": [[], [4]]]
        let good = try AttachmentTests.transported(BinaryEncoder().encodePayload(value, attachingFrom: 1))
        var soundCount = 0
        for _ in 0..<5000 {
            var bytes = good.bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let tags = (0xF0...0xFB as ClosedRange<UInt8>) + [0, 1, 2, 3, WireTag.block + 10]
                bytes[Int.random(in: 2..<bytes.count, using: &random)] = tags.randomElement(using: &random) ?? 0
            }
            let payload = EncodedPayload(bytes, attachments: good.attachments.shuffled(using: &random))
            do {
                if try BinaryDecoder().decode([String: [[Double]]].self, from: payload) == value { soundCount += 1 }
            } catch {
                #expect(error is DecodingError)
            }
            _ = try? BinaryDecoder().decode([String: [OneByOne<Double>]].self, from: payload)
            _ = try? BinaryDecoder().decode([String: [[Int]]].self, from: payload)
        }
        // If all or none came out well nothing would be tested.
        #expect(soundCount > 0 && soundCount < 4000)
    }
}
