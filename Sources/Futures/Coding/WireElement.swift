// SPDX-License-Identifier: Apache-2.0
// The number types whose arrays travel as one block of memory.

/// What the elements of a block are on the wire; the raw value is added to the block's tag.
enum WireElement: UInt8, CaseIterable {
    case bool, int8, uint8, int16, uint16, int32, uint32, int64, uint64, float, double

    /// The bytes of one element.
    var byteCount: Int {
        switch self {
        case .bool, .int8, .uint8: 1
        case .int16, .uint16: 2
        case .int32, .uint32, .float: 4
        case .int64, .uint64, .double: 8
        }
    }

    /// The tag of a block of these.
    var tag: UInt8 { WireTag.block + rawValue }

    /// The element type that a tag stands for, if it is a block's.
    init?(tag: UInt8) {
        guard tag >= WireTag.block, let element = WireElement(rawValue: tag - WireTag.block) else { return nil }
        self = element
    }
}

/// A number whose arrays are copied to and from the wire as they lie in memory.
///
/// Only types without padding and without pointers conform; all bit patterns but `Bool`'s are valid values.
protocol BlockElement: BitwiseCopyable, Sendable {
    /// What this type is on the wire.
    static var wireElement: WireElement { get }
}

extension Bool: BlockElement {
    static var wireElement: WireElement { .bool }
}
extension Int8: BlockElement {
    static var wireElement: WireElement { .int8 }
}
extension UInt8: BlockElement {
    static var wireElement: WireElement { .uint8 }
}
extension Int16: BlockElement {
    static var wireElement: WireElement { .int16 }
}
extension UInt16: BlockElement {
    static var wireElement: WireElement { .uint16 }
}
extension Int32: BlockElement {
    static var wireElement: WireElement { .int32 }
}
extension UInt32: BlockElement {
    static var wireElement: WireElement { .uint32 }
}
extension Int64: BlockElement {
    static var wireElement: WireElement { .int64 }
}
extension UInt64: BlockElement {
    static var wireElement: WireElement { .uint64 }
}
extension Int: BlockElement {
    static var wireElement: WireElement { MemoryLayout<Int>.size == 8 ? .int64 : .int32 }
}
extension UInt: BlockElement {
    static var wireElement: WireElement { MemoryLayout<UInt>.size == 8 ? .uint64 : .uint32 }
}
extension Float: BlockElement {
    static var wireElement: WireElement { .float }
}
extension Double: BlockElement {
    static var wireElement: WireElement { .double }
}
