// SPDX-License-Identifier: Apache-2.0
// Closures that have a context in some builds and not in others: they are refused, or give the right answer.

import Futures

/// A named function.
func double(_ number: Int) -> Int { number * 2 }

/// A generic function.
func echo<Value: Sendable>(_ value: Value) -> Value { value }

/// A named asynchronous function.
@concurrent func doubleLater(_ number: Int) async throws -> Int { number * 2 }

/// A type with an initialiser and a static method to pass.
struct Wrapped: Codable, Sendable, CustomStringConvertible {
    let number: Int
    static func half(_ number: Int) -> Int { number / 2 }
    var description: String { "<\(number)>" }
}

/// A helper that isn't generic.
func forwardNumber(_ body: @escaping @Sendable @concurrent (Int) async throws -> Int) throws -> ClosureTask<Int, Int> {
    try ClosureTask(10, body: body)
}

/// A helper that is generic over the output alone.
func forwardHalf<Output: Codable & Sendable>(
    _ body: @escaping @Sendable @concurrent (Int) async throws -> Output
) throws -> ClosureTask<Int, Output> {
    try ClosureTask(10, body: body)
}

/// A closure that uses a generic parameter.
func sizes<Element: Sendable>(of type: Element.Type) throws -> ClosureTask<Int, Int> {
    try ClosureTask(10) { $0 * MemoryLayout<Element>.size }
}

/// A closure whose input and output are generic parameters of the function around it.
func identity<Value: Codable & Sendable>(_ value: Value) throws -> ClosureTask<Value, [Value]> {
    try ClosureTask(value) { [$0, $0] }
}

/// A protocol whose extension uses `Self`.
protocol Named: Sendable {
    static var name: String { get }
}

extension Named {
    func tell() throws -> ClosureTask<Int, String> {
        try ClosureTask(1) { "\(Self.name)\($0)" }
    }
}

extension Wrapped: Named {
    static let name = "Wrapped"
}

/// The cases of this file.
extension Case {
    static func converted() -> [Case] {
        let constant = CommandLine.arguments.count
        let kept: @Sendable @concurrent (Int) async throws -> Int = { $0 + 3 }
        let synchronous: @Sendable (Int) -> Int = { $0 + 4 }
        @Sendable func local(_ number: Int) -> Int { number + 5 }
        return [
            Case(.either, "named function", answer: "20") { try ClosureTask(10, body: double) },
            Case(.either, "named asynchronous function", answer: "20") { try ClosureTask(10, body: doubleLater) },
            Case(.either, "static method", answer: "5") { try ClosureTask(10, body: Wrapped.half) },
            Case(.either, "local function", answer: "15") { try ClosureTask(10, body: local) },
            Case(.either, "closure that calls a local function", answer: "15") { try ClosureTask(10) { local($0) } },
            Case(.either, "closure kept in a variable", answer: "13") { try ClosureTask(10, body: kept) },
            Case(.either, "synchronous closure kept in a variable", answer: "14") {
                try ClosureTask(10, body: synchronous)
            },
            Case(.either, "chosen of two", answer: "11") {
                try ClosureTask(10, body: constant > 99 ? { @Sendable in $0 - 1 } : { @Sendable in $0 + 1 })
            },
            Case(.either, "through a helper that isn't generic", answer: "9") { try forwardNumber { $0 - 1 } },
            Case(.either, "through a helper that is generic over the output alone", answer: "8") {
                try forwardHalf { $0 - 2 }
            },
            Case(.either, "key path", answer: "1") { try ClosureTask([10], body: \.count) },
            Case(.either, "initialiser", answer: "<10>") { try ClosureTask(10, body: Wrapped.init) },
            Case(.either, "initialiser of the library", answer: "10") {
                try ClosureTask(10, body: String.init(describing:))
            },
            Case(.either, "generic function", answer: "10") { try ClosureTask(10, body: echo) },
            Case(.either, "enum case", answer: "square(side: 2.0)") { try ClosureTask(2.0, body: Shape.square) },
            Case(.either, "bound method", answer: "true") { try ClosureTask("a", body: "abc".hasPrefix) },
            Case(.either, "@MainActor closure", answer: "11") { try ClosureTask(10) { @MainActor in $0 + 1 } },
            Case(.either, "generic parameter", answer: "40") { try sizes(of: Int32.self) },
            Case(.either, "generic input", answer: #"["a", "a"]"#) { try identity("a") },
            Case(.either, "Self", answer: "Wrapped1") { try Wrapped(number: 1).tell() },
            Case(.either, "no input, named function", answer: "0") { try SupplierTask(body: Int.init) },
            Case(.either, "immediate value", answer: "12") {
                let number = 2
                return try ClosureTask(10) { $0 + number }
            },
        ]
    }
}
