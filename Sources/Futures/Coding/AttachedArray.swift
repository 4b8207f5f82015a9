// SPDX-License-Identifier: Apache-2.0
// Large arrays of numbers that travel beside the bytes of a payload.

/// What an attachment is in the process that makes it, and in the one that receives it.
enum AttachmentKind: Hashable {
    /// An array of a number type; contiguous arrays too, which are the same memory.
    case numbers(DirectElement)
    /// Data.
    case data

    /// How the kind is told to the other process.
    var code: UInt8 {
        switch self {
        case .numbers(let element): element.rawValue
        case .data: 0x40
        }
    }

    /// The kind that a code stands for, if any.
    init?(code: UInt8) {
        if code == 0x40 {
            self = .data
        } else if let element = DirectElement(rawValue: code) {
            self = .numbers(element)
        } else {
            return nil
        }
    }

    /// What the elements are.
    var element: WireElement {
        switch self {
        case .numbers(let element): element.wireElement
        case .data: .uint8
        }
    }
}

/// A large array of numbers that travels from the memory in which it lies to the memory in which it stays.
///
/// Made of the user's own array, which is kept alive and of which the user, on changing it, gets a copy; or made empty of
/// the right type, in order to be received into.
// Safe: everything is immutable. The memory belongs to the source, which is kept as long as this object and never changed;
// whoever receives into it does so before anybody else knows this object.
package final class AttachedArray: @unchecked Sendable {
    /// From how many bytes on an array is worth being attached.
    package static let threshold = 1 << 18
    /// How many attachments a payload has at most; what is over that is written inline.
    package static let countLimit = 1 << 16

    /// The array.
    let source: any BlockSource
    /// What the elements are.
    let element: WireElement
    /// The number of elements.
    package let count: Int
    /// The bytes of the elements.
    package let memory: UnsafeRawBufferPointer

    /// Data of less than this may lie in the value itself instead of on the heap.
    private static let smallData = 64

    /// Attaches a user's array, which isn't empty.
    init(_ array: any BlockSource) {
        var source = array
        if source.attachmentKind == .data, source.count < Self.smallData {
            array.withBlockBytes { source = Array($0) }
        }
        var memory = UnsafeRawBufferPointer(start: nil, count: 0)
        // Safe: it lies on the heap, and `source` keeps it there unchanged.
        source.withBlockBytes { memory = $0 }
        self.source = source
        self.memory = memory
        element = source.wireElement
        count = source.count
    }

    /// Makes room for an array that is about to be received.
    ///
    /// Returns `nil` where the code is none, or where it would take more bytes than the limit.
    ///
    /// - Parameters:
    ///   - code: The ``code`` of the attachment that was sent.
    ///   - count: Its number of elements.
    ///   - limit: How many bytes are believed.
    package convenience init?(receiving code: UInt8, count: UInt64, limit: Int) {
        guard let kind = AttachmentKind(code: code), count > 0, count <= UInt64(limit / kind.element.byteCount) else {
            return nil
        }
        self.init(kind.room(Int(count)))
    }

    /// Makes room for bytes that are about to be received.
    ///
    /// - Parameter byteCount: At least 1.
    package convenience init(receivingBytes byteCount: Int) {
        self.init(AttachmentKind.numbers(.uint8).room(byteCount))
    }

    /// What the receiver must know to make room.
    package var code: UInt8 { source.attachmentKind.code }

    /// Where the bytes are received; for whoever made this object to receive into, until it is handed on.
    package var landing: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(mutating: memory) }

    /// The bytes, where this is an array of bytes.
    package var bytes: [UInt8]? { source as? [UInt8] }
}

extension AttachedArray: Equatable {
    /// Whether two attachments hold the same bytes as the same type.
    package static func == (left: AttachedArray, right: AttachedArray) -> Bool {
        left === right || left.code == right.code && left.memory.elementsEqual(right.memory)
    }
}
