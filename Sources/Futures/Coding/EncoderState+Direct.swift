// SPDX-License-Identifier: Apache-2.0
// Writes the types that don't need their Codable conformance.

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension EncoderState {
    /// Writes a value of a direct type.
    ///
    /// - Returns: `false`, with nothing written, if the type is an ordinary one.
    @inline(__always)
    func write<T>(direct value: T) -> Bool {
        // Safe, here and below: `DirectType.of` compared `T` with exactly the type that the case stands for.
        switch DirectType.of(T.self) {
        case .ordinary: return false
        case .array(let element, let isContiguous): write(block(value, element, isContiguous))
        case .data: write(unsafeBitCast(value, to: Data.self))
        case let scalar: write(value, scalar)
        }
        return true
    }

    private func write<T>(_ value: T, _ scalar: DirectType) {
        switch scalar {
        case .bool: write(unsafeBitCast(value, to: Bool.self))
        case .int: write(integer: unsafeBitCast(value, to: Int.self))
        case .double: write(unsafeBitCast(value, to: Double.self))
        case .string: write(unsafeBitCast(value, to: String.self))
        case .float: write(unsafeBitCast(value, to: Float.self))
        case .int8: write(integer: unsafeBitCast(value, to: Int8.self))
        case .uint8: write(integer: unsafeBitCast(value, to: UInt8.self))
        case .int16: write(integer: unsafeBitCast(value, to: Int16.self))
        case .uint16: write(integer: unsafeBitCast(value, to: UInt16.self))
        case .int32: write(integer: unsafeBitCast(value, to: Int32.self))
        case .uint32: write(integer: unsafeBitCast(value, to: UInt32.self))
        case .int64: write(integer: unsafeBitCast(value, to: Int64.self))
        case .uint64: write(integer: unsafeBitCast(value, to: UInt64.self))
        case .uint: write(integer: unsafeBitCast(value, to: UInt.self))
        case .int128: write(integer: unsafeBitCast(value, to: Int128.self))
        case .uint128: write(integer: unsafeBitCast(value, to: UInt128.self))
        case .ordinary, .data, .array: break
        }
    }

    private func block<T>(_ value: T, _ element: DirectElement, _ isContiguous: Bool) -> any BlockSource {
        switch element {
        case .bool: block(value, of: Bool.self, isContiguous)
        case .int8: block(value, of: Int8.self, isContiguous)
        case .uint8: block(value, of: UInt8.self, isContiguous)
        case .int16: block(value, of: Int16.self, isContiguous)
        case .uint16: block(value, of: UInt16.self, isContiguous)
        case .int32: block(value, of: Int32.self, isContiguous)
        case .uint32: block(value, of: UInt32.self, isContiguous)
        case .int64: block(value, of: Int64.self, isContiguous)
        case .uint64: block(value, of: UInt64.self, isContiguous)
        case .int: block(value, of: Int.self, isContiguous)
        case .uint: block(value, of: UInt.self, isContiguous)
        case .float: block(value, of: Float.self, isContiguous)
        case .double: block(value, of: Double.self, isContiguous)
        }
    }

    private func block<T, E: BlockElement>(
        _ value: T, of element: E.Type, _ isContiguous: Bool
    ) -> any BlockSource {
        if isContiguous { return unsafeBitCast(value, to: ContiguousArray<E>.self) }
        return unsafeBitCast(value, to: [E].self)
    }
}
