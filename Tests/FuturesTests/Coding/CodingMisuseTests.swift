// SPDX-License-Identifier: Apache-2.0
// Values that fail, and encoders, decoders and containers that are used wrongly.

import Foundation
import Futures
import Testing

/// Encodes some entries and throws at the innermost one.
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

/// Keeps what it should not.
///
/// Safe: each is used by one test, one use after the other.
final class Keeper: @unchecked Sendable {
    var encoder: (any Encoder)?
    var keyed: KeyedEncodingContainer<AnyKey>?
    var unkeyed: (any UnkeyedEncodingContainer)?
    var decoder: (any Decoder)?
    var keyedDecoding: KeyedDecodingContainer<AnyKey>?
    var unkeyedDecoding: (any UnkeyedDecodingContainer)?
}

struct CodingMisuseTests {
    @Test func aFailedEntryIsTakenBack() throws {
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
    }

    @Test func wrongUsesOfNestedContainersThrow() throws {
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

    @Test func keptEncodersThrow() throws {
        let keeper = Keeper()
        _ = try BinaryEncoder().encode([
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
    }

    @Test func keptDecodersThrow() throws {
        let keeper = Keeper()
        let bytes = try BinaryEncoder().encode([["a": 1]])
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
        // The decoder holds the closure, which holds the keeper.
        keeper.decoder = nil
        keeper.keyedDecoding = nil
        keeper.unkeyedDecoding = nil
    }
}
