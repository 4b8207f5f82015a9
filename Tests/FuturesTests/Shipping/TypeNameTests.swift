// SPDX-License-Identifier: Apache-2.0
// Types that another process can find have names; the others are refused by name.

import Foundation
import Testing

@testable import Futures

struct Visible: Codable, Sendable {
    struct Nested<Content: Codable & Sendable>: Codable, Sendable {
        var content: Content
    }
}

struct Größe: Codable {}

struct Several<each Element: Sendable>: Sendable {}

extension Array {
    struct Page: Codable where Element: Codable {
        var elements: [Element]
    }
}

extension Dictionary where Key == String {
    enum Order: Codable {
        case ascending
    }
}

private struct Hidden: Codable, Sendable {
    struct Inside: Codable {}
}

@Suite struct TypeNameTests {
    private static let visible: [any Any.Type] = [
        Int.self, String?.self, [String: [Int?]].self, Visible.self, Visible.Nested<[Visible]>.self,
        Result<Int, CancellationError>.self,
        Range<Int>.self, UUID.self, (Int, String).self, ClosureTask<Visible, Visible.Nested<Int>>.self, Größe.self,
        Several<Int, String>.self, [Visible].Page.self,
        [String: Int].Order.self, InlineArray<3, Visible>.self, SIMD4<Float>.self,
    ]

    private static let hidden: [any Any.Type] = [
        Hidden.self, [Hidden].self, Hidden?.self, [String: Hidden].self, (Int, Hidden).self,
        Visible.Nested<Hidden>.self,
        ClosureTask<Int, [Hidden?]>.self,
    ]

    @Test func namesLeadBack() throws {
        for type in Self.visible {
            let name = try TypeName.shippable(erased: type)
            #expect(try TypeName.resolve(name) == type)
            // The second time from memory.
            #expect(try TypeName.shippable(erased: type) == name)
            #expect(try TypeName.resolve(name) == type)
        }
    }

    @Test func privateTypesAreRefusedByName() {
        for type in Self.hidden {
            let error = #expect(throws: ExecutorError.self) { try TypeName.shippable(erased: type) }
            #expect(error?.code == .typeNotShippable)
            #expect(error?.message.contains("the type 'Hidden'") == true, "\(String(describing: error))")
            #expect(error?.message.contains("internal") == true)
        }
    }

    @Test func localTypesAreRefusedByName() {
        struct Local: Codable, Sendable {}
        for type in [Local.self, Visible.Nested<Local>.self] as [any Any.Type] {
            let error = #expect(throws: ExecutorError.self) { try TypeName.shippable(erased: type) }
            #expect(error?.code == .typeNotShippable)
            #expect(error?.message.contains("the type 'Local'") == true, "\(String(describing: error))")
        }
    }

    @Test func publicLookingTypeInAPrivateOneIsRefused() {
        let error = #expect(throws: ExecutorError.self) { try TypeName.shippable(Hidden.Inside.self) }
        #expect(error?.message.contains("'Hidden'") == true, "\(String(describing: error))")
    }

    @Test(arguments: [
        "", "nonsense", "$s", "\u{1}abcd", "9Futures11", "é", String(repeating: "Sa", count: 5000),
    ])
    func garbageIsNoType(name: String) {
        let error = #expect(throws: ExecutorError.self) { try TypeName.resolve(name) }
        #expect(error?.code == .decodingFailed)
    }

    @Test func onlyTasksAreTasks() throws {
        let name = try TypeName.shippable(Visible.self)
        let error = #expect(throws: ExecutorError.self) { try TypeName.resolveTask(name) }
        #expect(error?.code == .decodingFailed)
        #expect(error?.message.contains("Visible") == true)
    }
}
