// SPDX-License-Identifier: Apache-2.0
// Arrays that travel beside a payload: what goes in comes out, and what is kept where it is.

import Foundation
import Testing

@testable import Futures

@Suite(.timeLimit(.minutes(1)))
struct AttachmentTests {
    struct Parts: Codable, Equatable, Sendable {
        var name = "parts"
        var doubles: [Double]
        var rows: [[Float]]
        var named: [String: [Int]]
        var data: Data
        var flags: ContiguousArray<Bool>
        var maybe: [UInt16]?
        var text: String
        var last = -7
    }

    /// The payload as it is in another process: all arrays received into memory made for them.
    static func transported(_ payload: EncodedPayload) throws -> EncodedPayload {
        let attachments = try payload.attachments.map { sent in
            let arrived = try #require(
                AttachedArray(receiving: sent.code, count: UInt64(sent.count), limit: sent.memory.count))
            arrived.landing.copyMemory(from: sent.memory)
            return arrived
        }
        return EncodedPayload(payload.bytes, attachments: attachments)
    }

    private func roundTrip<T: Codable & Equatable>(_ value: T, threshold: Int, attachments: Int) throws {
        let payload = try BinaryEncoder().encodePayload(value, attachingFrom: threshold)
        #expect(payload.attachments.count == attachments)
        #expect(try BinaryDecoder().decode(T.self, from: payload) == value)
        let arrived = try Self.transported(payload)
        #expect(arrived == payload)
        #expect(try BinaryDecoder().decode(T.self, from: arrived) == value)
        // Nothing is used up.
        #expect(try BinaryDecoder().decode(T.self, from: arrived) == value)
    }

    private func numbers<E: BlockElement & Codable & Equatable>(_ make: (Int) -> E) throws {
        let array = (0..<100).map(make)
        try roundTrip(array, threshold: 1, attachments: 1)
        try roundTrip(ContiguousArray(array), threshold: 1, attachments: 1)
        try roundTrip([array, [], array], threshold: 1, attachments: 2)
        try roundTrip(array, threshold: .max, attachments: 0)
    }

    @Test func carriesEveryType() throws {
        try numbers { $0 % 3 == 0 }
        try numbers { Int8(truncatingIfNeeded: $0 - 50) }
        try numbers { UInt8(truncatingIfNeeded: $0) }
        try numbers { Int16($0 - 50) }
        try numbers { UInt16($0) }
        try numbers { Int32($0 - 50) }
        try numbers { UInt32($0) }
        try numbers { Int64($0 - 50) }
        try numbers { UInt64($0) }
        try numbers { $0 - 50 }
        try numbers { UInt($0) }
        try numbers { Float($0) - 0.5 }
        try numbers { Double($0) - 0.5 }
        try roundTrip(Data((0..<100).map { UInt8($0) }), threshold: 1, attachments: 1)
    }

    @Test func carriesThemInsideOfOtherValues() throws {
        let parts = Parts(
            doubles: (0..<500).map { Double($0) }, rows: (0..<9).map { [Float](repeating: Float($0), count: $0 * 30) },
            named: ["a": Array(0..<200), "b": [1], "c": []], data: Data(repeating: 5, count: 800),
            flags: [true, false, true], maybe: Array(0..<300), text: String(repeating: "text ", count: 1000))
        try roundTrip(parts, threshold: 1, attachments: 1 + 8 + 2 + 1 + 1 + 1)
        try roundTrip([parts, parts], threshold: 600, attachments: 2 * (1 + 4 + 1 + 1 + 1))
        try roundTrip(["x": parts], threshold: .max, attachments: 0)
        // Containers that are held at the same time are encoded in another way, without attachments.
        try roundTrip(Nested(inTurn: false), threshold: 1, attachments: 0)
    }

    @Test func keepsToTheThreshold() throws {
        let limit = AttachedArray.threshold
        let below = try BinaryEncoder().encodePayload([UInt8](repeating: 1, count: limit - 1))
        #expect(below.attachments.isEmpty)
        #expect(below.byteCount == below.bytes.count)
        let at = try BinaryEncoder().encodePayload([UInt8](repeating: 1, count: limit))
        #expect(at.attachments.count == 1)
        #expect(at.bytes.count < 20)
        #expect(at.byteCount == at.bytes.count + limit)
        let doubles = [Double](repeating: 1, count: limit / 8)
        let inside = try BinaryEncoder().encodePayload([doubles, doubles.dropLast()].map(Array.init))
        #expect(inside.attachments.count == 1)
        #expect(inside.byteCount == inside.bytes.count + limit)
        // A plain encoder writes everything in one place.
        #expect(try BinaryEncoder().encode(doubles).count > limit)
    }

    /// Neither side copies where the types are the same: the addresses are.
    @Test func copiesNothing() throws {
        func address<E>(_ array: [E]) -> UnsafeRawPointer? { array.withUnsafeBytes(\.baseAddress) }
        let numbers = (0..<100_000).map { Double($0) }
        let payload = try BinaryEncoder().encodePayload(["a": numbers])
        #expect(payload.attachments[0].memory.baseAddress == address(numbers))
        let arrived = try Self.transported(payload)
        let landing = arrived.attachments[0].memory.baseAddress
        let decoded = try BinaryDecoder().decode([String: [Double]].self, from: arrived)
        #expect(try address(#require(decoded["a"])) == landing)
        let contiguous = try BinaryDecoder().decode([String: ContiguousArray<Double>].self, from: arrived)
        #expect(try #require(contiguous["a"]).withUnsafeBytes(\.baseAddress) == landing)
        let data = Data(repeating: 7, count: 300_000)
        let carried = try Self.transported(BinaryEncoder().encodePayload(data))
        let received = try BinaryDecoder().decode(Data.self, from: carried)
        #expect(received.withUnsafeBytes(\.baseAddress) == carried.attachments[0].memory.baseAddress)
    }

    /// Whoever changes an array that is attached, or was received, changes a copy.
    @Test func keepsWhatItHas() throws {
        var numbers = [Double](repeating: 1, count: 50_000)
        let payload = try BinaryEncoder().encodePayload(numbers)
        numbers[0] = 2
        #expect(try BinaryDecoder().decode([Double].self, from: payload)[0] == 1)
        let arrived = try Self.transported(payload)
        var decoded = try BinaryDecoder().decode([Double].self, from: arrived)
        decoded[0] = 3
        decoded.append(4)
        #expect(try BinaryDecoder().decode([Double].self, from: arrived) == [Double](repeating: 1, count: 50_000))
        let sent = try Self.transported(BinaryEncoder().encodePayload(Data(repeating: 1, count: 300_000)))
        var data = try BinaryDecoder().decode(Data.self, from: sent)
        data[0] = 9
        data.append(contentsOf: [UInt8](repeating: 2, count: 1_000_000))
        #expect(data.count == 1_300_000 && data[0] == 9 && data[299_999] == 1 && data[1_299_999] == 2)
        #expect(try BinaryDecoder().decode(Data.self, from: sent) == Data(repeating: 1, count: 300_000))
    }

    /// Two payloads have the same bytes exactly where the values are the same.
    @Test func lendsBytesThatTellValuesApart() throws {
        func content(_ value: [[UInt8]]) throws -> [UInt8] {
            var content: [UInt8] = []
            try BinaryEncoder().encodePayload(value, attachingFrom: 1).visitBytes { content += $0 }
            return content
        }
        #expect(try content([[1, 2], [3]]) == content([[1, 2], [3]]))
        #expect(try content([[1, 2], [3]]) != content([[1], [2, 3]]))
        #expect(try content([[1, 2], [3]]) != content([[1, 2], [4]]))
    }

    /// A value that could not be encoded, and was caught, leaves no attachment behind.
    @Test func takesBackWhatFailed() throws {
        struct Refusing: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.unkeyedContainer()
                try container.encode([Double](repeating: 5, count: 10))
                throw CancellationError()
            }
        }
        struct Catching: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.unkeyedContainer()
                try container.encode([Double](repeating: 1, count: 10))
                #expect(throws: CancellationError.self) { try container.encode(Refusing()) }
                try container.encode([Double](repeating: 2, count: 10))
            }
        }
        let payload = try BinaryEncoder().encodePayload(Catching(), attachingFrom: 1)
        #expect(payload.attachments.count == 2)
        let rows = try BinaryDecoder().decode([[Double]].self, from: payload)
        #expect(rows == [[Double](repeating: 1, count: 10), [Double](repeating: 2, count: 10)])
    }
}
