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
        let direct = DirectType.of(T.self)
        switch direct {
        case .ordinary: return false
        // Safe: `DirectType.of` compared `T` with this type.
        case .string: write(unsafeBitCast(value, to: String.self))
        case .array, .data: write(direct.block(value))
        default: count += WireWriter.scalar(value, direct, to: room(WireFormat.scalarByteCountLimit))
        }
        return true
    }
}

extension WireWriter {
    /// Writes a number or a Boolean.
    static func scalar<T>(_ value: T, _ direct: DirectType, to target: UnsafeMutableRawPointer) -> Int {
        // Safe: `DirectType.of` compared `T` with exactly the type that the case stands for.
        switch direct {
        case .bool:
            target.storeBytes(of: unsafeBitCast(value, to: Bool.self) ? WireTag.yes : WireTag.no, as: UInt8.self)
            return 1
        case .double: return tagged(WireTag.double, unsafeBitCast(value, to: Double.self).bitPattern, target)
        case .float: return tagged(WireTag.float, unsafeBitCast(value, to: Float.self).bitPattern, target)
        case .int: return integer(unsafeBitCast(value, to: Int.self), to: target)
        case .int8: return integer(unsafeBitCast(value, to: Int8.self), to: target)
        case .int16: return integer(unsafeBitCast(value, to: Int16.self), to: target)
        case .int32: return integer(unsafeBitCast(value, to: Int32.self), to: target)
        case .int64: return integer(unsafeBitCast(value, to: Int64.self), to: target)
        case .int128: return integer(unsafeBitCast(value, to: Int128.self), to: target)
        case .uint: return integer(unsafeBitCast(value, to: UInt.self), to: target)
        case .uint8: return integer(unsafeBitCast(value, to: UInt8.self), to: target)
        case .uint16: return integer(unsafeBitCast(value, to: UInt16.self), to: target)
        case .uint32: return integer(unsafeBitCast(value, to: UInt32.self), to: target)
        case .uint64: return integer(unsafeBitCast(value, to: UInt64.self), to: target)
        case .uint128: return integer(unsafeBitCast(value, to: UInt128.self), to: target)
        case .ordinary, .string, .data, .array: preconditionFailure("\(T.self) is not a scalar")
        }
    }
}

extension DirectType {
    /// The bytes of an array or of data.
    func block<T>(_ value: T) -> any BlockSource {
        // Safe, here and below: `DirectType.of` compared `T` with exactly the type that the case stands for.
        guard case .array(let element, let isContiguous) = self else { return unsafeBitCast(value, to: Data.self) }
        return switch element {
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
