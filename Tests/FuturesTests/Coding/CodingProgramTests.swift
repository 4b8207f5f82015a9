// SPDX-License-Identifier: Apache-2.0
// Random programs of encoder calls, checked against what they should have meant.

import Futures
import Testing

/// A value that is encoded in one of the many ways that Codable allows, chosen by a seed.
struct Tree: Encodable, Sendable {
    enum Content: Sendable {
        case null
        case number(Int)
        case text(String)
        case block([Double])
        case list([Tree])
        case fields([(key: String, value: Tree)])
    }

    let content: Content
    let seed: UInt64

    /// A random tree.
    static func random(_ depth: Int, _ random: inout SeededGenerator) -> Tree {
        let seed = random.next()
        func children() -> [Tree] {
            (0..<Int.random(in: 0...5, using: &random)).map { _ in Tree.random(depth - 1, &random) }
        }
        let content: Content =
            switch Int.random(in: depth > 0 ? 0...11 : 0...4, using: &random) {
            case 0: .null
            case 1, 2: .number(Int(truncatingIfNeeded: random.next() >> UInt64.random(in: 0..<64, using: &random)))
            case 3: .text(String(repeating: "ä", count: Bool.random(using: &random) ? 3 : seed % 50 == 0 ? 20_000 : 90))
            case 4: .block([Double](repeating: 1.5, count: seed % 40 == 0 ? 5000 : Int(seed % 20)))
            case 5, 6, 7: .list(children())
            default:
                .fields(
                    children().map { child in
                        // Few names, so that some come twice, and some that are numbers.
                        (
                            key: ["a", "b", "c", "d", "7", "-1", "a longer name"].randomElement(using: &random) ?? "",
                            child
                        )
                    })
            }
        return Tree(content: content, seed: seed)
    }

    func encode(to encoder: any Encoder) throws {
        var random = SeededGenerator(seed: seed)
        var later: [() throws -> Void] = []
        switch content {
        case .null, .number, .text, .block: try encodeScalar(to: encoder)
        case .list(let elements):
            var container = encoder.unkeyedContainer()
            try Self.encode(elements, to: &container, &random, &later)
        case .fields(let fields):
            var container = encoder.container(keyedBy: AnyKey.self)
            try Self.encode(fields, to: &container, &random, &later)
        }
        for step in later.shuffled(using: &random) { try step() }
    }

    private func encodeScalar(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch content {
        case .null: try container.encodeNil()
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .block(let block): try container.encode(block)
        case .list, .fields: break
        }
    }

    private static func encode(
        _ elements: [Tree], to container: inout any UnkeyedEncodingContainer, _ random: inout SeededGenerator,
        _ later: inout [() throws -> Void]
    ) throws {
        for element in elements {
            switch Int.random(in: 0..<8, using: &random) {
            case 0:
                let encoder = container.superEncoder()
                later.append { try element.encode(to: encoder) }
            case 1: try element.encode(to: container.superEncoder())
            case 2:
                // A value that fails is taken back. It throws another error if the encoder has to start again anyway.
                #expect(throws: (any Error).self) { try container.encode(FailingTree(tree: element)) }
                try container.encode(element)
            case 3, 4:
                if case .list(let children) = element.content {
                    var nested = container.nestedUnkeyedContainer()
                    try encode(children, to: &nested, &random, &later)
                } else if case .fields(let fields) = element.content {
                    var nested = container.nestedContainer(keyedBy: AnyKey.self)
                    try encode(fields, to: &nested, &random, &later)
                } else {
                    try container.encode(element)
                }
            default: try container.encode(element)
            }
        }
    }

    private static func encode(
        _ fields: [(key: String, value: Tree)], to container: inout KeyedEncodingContainer<AnyKey>,
        _ random: inout SeededGenerator, _ later: inout [() throws -> Void]
    ) throws {
        for (name, value) in fields {
            let key = AnyKey(name)
            switch Int.random(in: 0..<8, using: &random) {
            case 0:
                let encoder = container.superEncoder(forKey: key)
                later.append { try value.encode(to: encoder) }
            case 1: try value.encode(to: container.superEncoder(forKey: key))
            case 2:
                #expect(throws: (any Error).self) {
                    try container.encode(FailingTree(tree: value), forKey: AnyKey("failing"))
                }
                try container.encode(value, forKey: key)
            case 3, 4:
                if case .list(let children) = value.content {
                    var nested = container.nestedUnkeyedContainer(forKey: key)
                    try encode(children, to: &nested, &random, &later)
                } else if case .fields(let fields) = value.content {
                    var nested = container.nestedContainer(keyedBy: AnyKey.self, forKey: key)
                    try encode(fields, to: &nested, &random, &later)
                } else {
                    try container.encode(value, forKey: key)
                }
            default: try container.encode(value, forKey: key)
            }
        }
    }

    /// Decodes and compares.
    func check(_ decoder: any Decoder) throws {
        var random = SeededGenerator(seed: seed)
        switch content {
        case .null: #expect(try decoder.singleValueContainer().decodeNil())
        case .number(let number): #expect(try decoder.singleValueContainer().decode(Int.self) == number)
        case .text(let text): #expect(try decoder.singleValueContainer().decode(String.self) == text)
        case .block(let block): #expect(try decoder.singleValueContainer().decode([Double].self) == block)
        case .list(let elements):
            var container = try decoder.unkeyedContainer()
            #expect(container.count == elements.count)
            for element in elements { try element.check(container.superDecoder()) }
            #expect(container.isAtEnd)
        case .fields(let fields):
            let container = try decoder.container(keyedBy: AnyKey.self)
            let last = Dictionary(fields.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
            #expect(Set(container.allKeys.map(\.stringValue)) == Set(last.keys))
            for (name, value) in last.shuffled(using: &random) {
                try value.check(container.superDecoder(forKey: AnyKey(name)))
            }
            #expect(!container.contains(AnyKey("failing")))
        }
    }
}

/// Encodes a tree and then fails.
struct FailingTree: Encodable {
    let tree: Tree

    func encode(to encoder: any Encoder) throws {
        try tree.encode(to: encoder)
        throw CancellationError()
    }
}

struct CodingProgramTests {
    @Test(.timeLimit(.minutes(1)), arguments: 0..<4)
    func randomPrograms(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let tree = Tree.random(6, &random)
            let bytes = try BinaryEncoder().encode(tree)
            try Decoding.run(bytes) { try tree.check($0) }
        }
    }
}
