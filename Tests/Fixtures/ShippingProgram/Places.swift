// SPDX-License-Identifier: Apache-2.0
// Closure literals by where they are written and what they pass through, and tasks with a name: all of them ship.

import Futures

/// Passes a closure on, generic over its types.
func forward<Input: Codable & Sendable, Output: Codable & Sendable>(
    _ input: Input, fileID: String = #fileID, _ body: @escaping @Sendable @concurrent (Input) async throws -> Output
) throws -> ClosureTask<Input, Output> {
    try ClosureTask(input, body: body, fileID: fileID)
}

/// Passes a closure on to a function that passes it on; its type is that of a sequence's elements.
func forwardTwice<Elements: Sequence, Output: Codable & Sendable>(
    _ elements: Elements, fileID: String = #fileID,
    _ body: @escaping @Sendable @concurrent (Elements.Element) async throws -> Output
) async throws -> [ClosureTask<Elements.Element, Output>] where Elements.Element: Codable & Sendable {
    await Task.yield()
    return try elements.map { try forward($0, fileID: fileID, body) }
}

/// A generic function whose closure doesn't use the parameter.
func indifferent<Element>(_ elements: [Element]) throws -> ClosureTask<Int, Int> {
    try ClosureTask(elements.count) { $0 + 100 }
}

/// An actor that makes tasks.
actor Keeper {
    var uses = 0

    func make() throws -> ClosureTask<Int, Int> {
        uses += 1
        return try ClosureTask(uses) { $0 + 10 }
    }
}

/// A function on the main actor.
@MainActor func makeOnMain() throws -> ClosureTask<Int, Int> {
    try ClosureTask(2) { $0 + 20 }
}

/// A class on the main actor.
@MainActor final class Model {
    lazy var task = Result { try ClosureTask(3) { $0 + 30 } }
    static let shared = Result { try ClosureTask(4) { $0 + 40 } }
}

/// A protocol whose extension makes tasks.
protocol Studied: Sendable {}

extension Studied {
    func study() throws -> ClosureTask<Int, Int> {
        try ClosureTask(5) { $0 + 50 }
    }
}

extension Box: Studied {
    /// In a generic type, a closure that doesn't use the parameter.
    func inspect() throws -> ClosureTask<Int, Int> {
        try ClosureTask(6) { $0 + 60 }
    }
}

/// A type that isn't generic.
struct Plain: Studied {}

/// A task with a name.
struct Power: RemoteTask {
    let base: Int
    var exponent = 2

    @concurrent func run() async throws -> Int {
        (0..<exponent).reduce(1) { power, _ in power * base }
    }
}

/// A generic one.
struct Last<Element: Codable & Sendable>: RemoteTask {
    let elements: [Element]

    @concurrent func run() async throws -> Element? {
        elements.last
    }
}

/// The cases of this file.
extension Case {
    static func places() async -> [Case] {
        let keeper = Keeper()
        let inActor = await Result { try await keeper.make() }
        let onMain = await Result { try await makeOnMain() }
        let inLazy = await MainActor.run { Model().task }
        let inStatic = await Model.shared
        let twice = await Result { try await forwardTwice(7...7) { "\($0 + 70)" }[0] }
        let inTask = await Task { Result { try ClosureTask(8) { $0 + 80 } } }.value
        return [
            Case(.ships, "through a generic function", answer: "19") { try forward(18) { $0 + 1 } },
            Case(.ships, "through two generic functions", answer: "77") { try twice.get() },
            Case(.ships, "actor method", answer: "11") { try inActor.get() },
            Case(.ships, "@MainActor function", answer: "22") { try onMain.get() },
            Case(.ships, "lazy property", answer: "33") { try inLazy.get() },
            Case(.ships, "static property", answer: "44") { try inStatic.get() },
            Case(.ships, "inside a Swift task", answer: "88") { try inTask.get() },
            Case(.ships, "protocol extension of a plain type", answer: "55") { try Plain().study() },
            Case(.ships, "generic function that ignores its parameter", answer: "103") {
                try indifferent(["a", "b", "c"])
            },
            Case(.ships, "generic type that ignores its parameter", answer: "66") {
                try Box(item: .init(content: "x", count: 1)).inspect()
            },
        ]
    }

    static var tasks: [Case] {
        [
            Case(.ships, "named task", answer: "49") { Power(base: 7) },
            Case(.ships, "generic named task", answer: "Optional([2])") { Last(elements: [[1], [2]]) },
        ]
    }
}

extension Result where Failure == any Error {
    /// Catches what an asynchronous function throws.
    init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
