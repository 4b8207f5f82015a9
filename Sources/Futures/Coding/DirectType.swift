// SPDX-License-Identifier: Apache-2.0
// Tells the types that are written without asking their Codable conformance.

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// The element type of an array that travels as a block, as Swift sees it.
enum DirectElement: UInt8, CaseIterable {
    case bool, int8, uint8, int16, uint16, int32, uint32, int64, uint64, int, uint, float, double

    /// What it is on the wire.
    var wireElement: WireElement {
        switch self {
        case .bool: .bool
        case .int8: .int8
        case .uint8: .uint8
        case .int16: .int16
        case .uint16: .uint16
        case .int32: .int32
        case .uint32: .uint32
        case .int64: .int64
        case .uint64: .uint64
        case .int: MemoryLayout<Int>.size == 8 ? .int64 : .int32
        case .uint: MemoryLayout<UInt>.size == 8 ? .uint64 : .uint32
        case .float: .float
        case .double: .double
        }
    }
}

/// How a generic value is written and read: by its own conformance, or directly.
enum DirectType {
    /// By its `Codable` conformance.
    case ordinary
    case bool, int8, uint8, int16, uint16, int32, uint32, int64, uint64, int, uint, int128, uint128
    case float, double, string, data
    /// As a block of memory.
    case array(DirectElement, isContiguous: Bool)

    /// Looks a type up.
    ///
    /// The size is asked first, which settles most types without a comparison.
    static func of<T>(_ type: T.Type) -> DirectType {
        switch MemoryLayout<T>.size {
        case 1: ofOneByte(type)
        case 2: type == Int16.self ? .int16 : type == UInt16.self ? .uint16 : .ordinary
        case 4: ofFourBytes(type)
        case 8: ofEightBytes(type)
        case 16: ofSixteenBytes(type)
        default: .ordinary
        }
    }

    private static func ofOneByte<T>(_ type: T.Type) -> DirectType {
        if type == Bool.self { return .bool }
        if type == UInt8.self { return .uint8 }
        if type == Int8.self { return .int8 }
        return .ordinary
    }

    private static func ofFourBytes<T>(_ type: T.Type) -> DirectType {
        if type == Int32.self { return .int32 }
        if type == Float.self { return .float }
        if type == UInt32.self { return .uint32 }
        return .ordinary
    }

    private static func ofSixteenBytes<T>(_ type: T.Type) -> DirectType {
        if type == String.self { return .string }
        if type == Data.self { return .data }
        if type == Int128.self { return .int128 }
        if type == UInt128.self { return .uint128 }
        return .ordinary
    }

    private static func ofEightBytes<T>(_ type: T.Type) -> DirectType {
        if type == Int.self { return .int }
        if type == Double.self { return .double }
        if type == Int64.self { return .int64 }
        if type == UInt64.self { return .uint64 }
        if type == UInt.self { return .uint }
        // An array is one reference: nothing else of eight bytes that is a plain value needs the long list below.
        if _isPOD(type) { return .ordinary }
        if let element = arrayElement(type) { return .array(element, isContiguous: false) }
        if let element = contiguousArrayElement(type) { return .array(element, isContiguous: true) }
        return .ordinary
    }

    private static func arrayElement<T>(_ type: T.Type) -> DirectElement? {
        if type == [Double].self { return .double }
        if type == [Int].self { return .int }
        if type == [Float].self { return .float }
        if type == [UInt8].self { return .uint8 }
        if type == [Int32].self { return .int32 }
        if type == [Int64].self { return .int64 }
        if type == [Bool].self { return .bool }
        if type == [UInt].self { return .uint }
        if type == [UInt32].self { return .uint32 }
        if type == [UInt64].self { return .uint64 }
        if type == [Int8].self { return .int8 }
        if type == [Int16].self { return .int16 }
        if type == [UInt16].self { return .uint16 }
        return nil
    }

    private static func contiguousArrayElement<T>(_ type: T.Type) -> DirectElement? {
        if type == ContiguousArray<Double>.self { return .double }
        if type == ContiguousArray<Int>.self { return .int }
        if type == ContiguousArray<Float>.self { return .float }
        if type == ContiguousArray<UInt8>.self { return .uint8 }
        if type == ContiguousArray<Int32>.self { return .int32 }
        if type == ContiguousArray<Int64>.self { return .int64 }
        if type == ContiguousArray<Bool>.self { return .bool }
        if type == ContiguousArray<UInt>.self { return .uint }
        if type == ContiguousArray<UInt32>.self { return .uint32 }
        if type == ContiguousArray<UInt64>.self { return .uint64 }
        if type == ContiguousArray<Int8>.self { return .int8 }
        if type == ContiguousArray<Int16>.self { return .int16 }
        if type == ContiguousArray<UInt16>.self { return .uint16 }
        return nil
    }
}
