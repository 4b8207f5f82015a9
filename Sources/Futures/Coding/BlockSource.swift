// SPDX-License-Identifier: Apache-2.0
// Values whose bytes are copied to the wire in one piece.

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A value that is a run of bytes in memory, and can lend them.
protocol BlockSource: Sendable {
    /// What the elements are on the wire.
    var wireElement: WireElement { get }
    /// The number of elements.
    var count: Int { get }
    /// How it is attached to a payload.
    var attachmentKind: AttachmentKind { get }
    /// Lends the bytes: `count` elements without gaps.
    func withBlockBytes(_ body: (UnsafeRawBufferPointer) -> Void)
}

extension BlockSource {
    /// How it is attached: as an array of bytes, where nothing else is said.
    var attachmentKind: AttachmentKind { .numbers(.uint8) }

    /// The number of bytes that the elements take.
    var blockByteCount: Int { count * wireElement.byteCount }
}

extension Array: BlockSource where Element: BlockElement {
    var wireElement: WireElement { Element.wireElement }
    var attachmentKind: AttachmentKind { .numbers(Element.directElement) }

    func withBlockBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        withUnsafeBytes(body)
    }
}

extension ContiguousArray: BlockSource where Element: BlockElement {
    var wireElement: WireElement { Element.wireElement }
    var attachmentKind: AttachmentKind { .numbers(Element.directElement) }

    func withBlockBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        withUnsafeBytes(body)
    }
}

extension Data: BlockSource {
    var wireElement: WireElement { .uint8 }
    var attachmentKind: AttachmentKind { .data }

    func withBlockBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        withUnsafeBytes(body)
    }
}

/// The UTF-8 of a long string, kept alive until the payload is put together.
struct LongString: BlockSource {
    private var text: String

    /// Keeps a string whose UTF-8 is in one piece.
    init(_ text: String) {
        self.text = text
        self.text.makeContiguousUTF8()
    }

    var wireElement: WireElement { .uint8 }
    var count: Int { text.utf8.count }

    func withBlockBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        var text = text
        text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
}
