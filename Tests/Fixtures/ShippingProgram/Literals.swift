// SPDX-License-Identifier: Apache-2.0
// Closure literals at the call, by what they take, do and return: all of them ship.

import Futures

/// A global constant: every process computes it for itself.
let globalTable = ["one": 1, "two": 2]

/// A generic type with a type in it.
struct Box<Content: Codable & Sendable>: Codable, Sendable {
    /// What the box holds.
    struct Item: Codable, Sendable {
        let content: Content
        let count: Int
    }

    let item: Item
}

/// An enum with payloads.
enum Shape: Codable, Sendable, Equatable {
    case circle(radius: Double)
    case square(side: Double)
}

/// An error that travels as itself.
struct Refusal: Error, Codable, Equatable {
    let reason: String
}

/// A class in a body's signature beside a generic type: one that a thunk would have to convert.
final class Rank: Sendable {
    let number = 3
}

/// The body of a task of another target, with a second argument.
struct RankBody<Input: Codable & Sendable, Output: Codable & Sendable>: ClosureBody {
    let call: @Sendable @concurrent (Input, Rank) async throws -> Output
}

/// A task with that body.
struct RankTask<Input: Codable & Sendable, Output: Codable & Sendable>: RemoteTask {
    let closure: ShippedClosure<RankBody<Input, Output>>
    let input: Input

    init(
        _ input: Input, body: @escaping @Sendable @concurrent (Input, Rank) async throws -> Output,
        fileID: String = #fileID
    ) throws {
        closure = try ShippedClosure(RankBody(call: body), fileID: fileID)
        self.input = input
    }

    @concurrent func run() async throws -> Output {
        try await closure.body.call(input, Rank())
    }
}

/// The cases of this file.
extension Case {
    static var literals: [Case] {
        [
            Case(.ships, "synchronous", answer: "42") { try ClosureTask(21) { $0 * 2 } },
            Case(.ships, "asynchronous", answer: "43") {
                try ClosureTask(21) { number in
                    await Task.yield()
                    return number * 2 + 1
                }
            },
            Case(.ships, "throwing", answer: #"Refusal(reason: "odd")"#) {
                try ClosureTask(21) { number -> Int in
                    if number % 2 == 1 { throw Refusal(reason: "odd") }
                    return number
                }
            },
            Case(.ships, "several statements, nested closures", answer: "[1, 4, 9]") {
                try ClosureTask([1, 2, 3]) { numbers in
                    let factor = numbers.count - 2
                    return numbers.map { $0 * $0 * factor }
                }
            },
            Case(.ships, "reads a global constant", answer: "2") { try ClosureTask("two") { globalTable[$0] ?? 0 } },
            Case(.ships, "optional input", answer: "none") {
                try ClosureTask(String?.none) { $0 ?? "none" }
            },
            Case(.ships, "optional output", answer: "nil") { try ClosureTask("x") { Int($0) } },
            Case(.ships, "dictionary", answer: #"["a"]"#) {
                try ClosureTask(["a": [1, nil, 3], "b": []]) { table in table.filter { $0.value.count == 3 }.map(\.key)
                }
            },
            Case(.ships, "type nested in a generic one", answer: "7") {
                try ClosureTask(Box<[Int?]>.Item(content: [3, nil, 4], count: 3)) { item in
                    item.content.compactMap { $0 }.reduce(0, +)
                }
            },
            Case(.ships, "generic output", answer: #"Item(content: "x", count: 2)"#) {
                try ClosureTask(2) { Box.Item(content: "x", count: $0) }
            },
            Case(.ships, "enum", answer: "true") {
                try ClosureTask(Shape.circle(radius: 2)) { $0 == .circle(radius: 2) }
            },
            Case(.ships, "empty capture list", answer: "5") { try ClosureTask(4) { [] number in number + 1 } },
            Case(.ships, "no input", answer: "6") { try SupplierTask { 6 } },
            Case(.ships, "no output", answer: "NoValue()") { try ConsumerTask(3) { _ = $0 } },
            Case(.ships, "neither", answer: "NoValue()") { try ActionTask { await Task.yield() } },
            Case(.ships, "two arguments", answer: "23") { try RankTask(20) { $0 + $1.number } },
        ]
    }
}
