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

    /// The tag of such a block that is attached.
    var attachedTag: UInt8 { WireTag.attached + rawValue }

    /// The element type that the tag of an attached block stands for.
    init?(attachedTag tag: UInt8) {
        guard tag >= WireTag.attached, let element = WireElement(rawValue: tag - WireTag.attached) else { return nil }
        self = element
    }

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
    /// Which type this is.
    static var directElement: DirectElement { get }
}

extension BlockElement {
    /// What this type is on the wire.
    static var wireElement: WireElement { directElement.wireElement }
}

extension Bool: BlockElement {
    static var directElement: DirectElement { .bool }
}
extension Int8: BlockElement {
    static var directElement: DirectElement { .int8 }
}
extension UInt8: BlockElement {
    static var directElement: DirectElement { .uint8 }
}
extension Int16: BlockElement {
    static var directElement: DirectElement { .int16 }
}
extension UInt16: BlockElement {
    static var directElement: DirectElement { .uint16 }
}
extension Int32: BlockElement {
    static var directElement: DirectElement { .int32 }
}
extension UInt32: BlockElement {
    static var directElement: DirectElement { .uint32 }
}
extension Int64: BlockElement {
    static var directElement: DirectElement { .int64 }
}
extension UInt64: BlockElement {
    static var directElement: DirectElement { .uint64 }
}
extension Int: BlockElement {
    static var directElement: DirectElement { .int }
}
extension UInt: BlockElement {
    static var directElement: DirectElement { .uint }
}
extension Float: BlockElement {
    static var directElement: DirectElement { .float }
}
extension Double: BlockElement {
    static var directElement: DirectElement { .double }
}
