// SPDX-License-Identifier: Apache-2.0
// Closures that capture, and types that no other process can find: all of them are refused.

import Futures

private struct PrivateInput: Codable, Sendable {
    var number = 1
}

fileprivate enum FilePrivateOutput: Codable {
    case done
}

/// A visible type around a private one.
enum Outer {
    private struct Inner: Codable, Sendable {
        var number = 1
    }

    static func make() throws -> some RemoteTask {
        try ClosureTask(Inner()) { $0.number }
    }
}

private struct PrivateTask: RemoteTask {
    @concurrent func run() async throws -> Int { 1 }
}

/// A struct that a closure captures.
struct Capturing: Sendable {
    let number: Int

    func make() throws -> ClosureTask<Int, Int> {
        try ClosureTask(1) { $0 + number }
    }
}

/// A class that a closure captures.
final class Shared: Sendable {
    let number = CommandLine.arguments.count

    func make() throws -> ClosureTask<Int, Int> {
        try ClosureTask(1) { [weak self] in $0 + (self?.number ?? 0) }
    }
}

extension Keeper {
    func makeCapturing() throws -> ClosureTask<Int, Int> {
        try ClosureTask(1) { await $0 + self.uses }
    }
}

/// The cases of this file.
extension Case {
    static func refusedCaptures() async -> [Case] {
        // Known only when the program runs, so that the optimiser can't put them into the closure.
        let constant = CommandLine.arguments.count
        nonisolated(unsafe) var variable = CommandLine.arguments.count
        variable += 1
        let keeper = Keeper()
        let shared = Shared()
        let ofActor = await Result { try await keeper.makeCapturing() }
        return [
            Case(.refused, "captures a constant") { try ClosureTask(1) { $0 + constant } },
            Case(.refused, "captures a variable") { try ClosureTask(1) { $0 + variable } },
            Case(.refused, "captures by a list") { try ClosureTask(1) { [constant] in $0 + constant } },
            Case(.refused, "captures a struct's self") { try Capturing(number: constant).make() },
            Case(.refused, "captures a weak self") { try shared.make() },
            Case(.refused, "captures an actor's self") { try ofActor.get() },
            Case(.refused, "captures, without input") { try SupplierTask { constant } },
            Case(.refused, "captures, without output") {
                try ConsumerTask(1) { if $0 > constant { throw Refusal(reason: "few") } }
            },
            Case(.refused, "captures, with neither") {
                try ActionTask { if constant == 0 { throw Refusal(reason: "none") } }
            },
            Case(.refused, "captures, two arguments") { try RankTask(1) { $0 + $1.number + constant } },
            Case(.refused, "captures, through a generic function") { try forward(1) { $0 + constant } },
            Case(.refused, "from main.swift") {
                try ClosureTask(1, body: { $0 }, fileID: "ShippingProgram/main.swift")
            },
        ]
    }

    static var refusedTypes: [Case] {
        struct Local: Codable, Sendable {
            var number = 1
        }
        return [
            Case(.refused, "private input") { try ClosureTask(PrivateInput()) { $0.number } },
            Case(.refused, "fileprivate output") { try ClosureTask(1) { _ in FilePrivateOutput.done } },
            Case(.refused, "local type") { try ClosureTask(Local()) { $0.number } },
            Case(.refused, "private nested type") { try Outer.make() },
            Case(.refused, "array of a private type") { try ClosureTask([PrivateInput()]) { $0.count } },
            Case(.refused, "optional of a private type") { try ClosureTask(PrivateInput?.none) { $0 == nil } },
            Case(.refused, "dictionary of a local type") { try ClosureTask(["a": [Local()]]) { $0.count } },
            Case(.refused, "generic type of a private one") {
                try ClosureTask(Box(item: .init(content: PrivateInput(), count: 1))) { $0.item.count }
            },
            Case(.refused, "type nested in a generic of a private one") {
                try ClosureTask(Box.Item(content: PrivateInput(), count: 1)) { $0.count }
            },
            Case(.refused, "private task") { PrivateTask() },
            Case(.refused, "task generic over a private type") { Last(elements: [PrivateInput()]) },
        ]
    }
}
