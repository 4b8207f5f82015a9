// SPDX-License-Identifier: Apache-2.0
// Makes the arrays that are received into, and hands them over.

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension AttachmentKind {
    /// Memory for that many elements, not written yet.
    func room(_ count: Int) -> any BlockSource {
        guard case .numbers(let element) = self else { return dataRoom(count) }
        return switch element {
        case .bool: room(for: Bool.self, count)
        case .int8: room(for: Int8.self, count)
        case .uint8: room(for: UInt8.self, count)
        case .int16: room(for: Int16.self, count)
        case .uint16: room(for: UInt16.self, count)
        case .int32: room(for: Int32.self, count)
        case .uint32: room(for: UInt32.self, count)
        case .int64: room(for: Int64.self, count)
        case .uint64: room(for: UInt64.self, count)
        case .int: room(for: Int.self, count)
        case .uint: room(for: UInt.self, count)
        case .float: room(for: Float.self, count)
        case .double: room(for: Double.self, count)
        }
    }

    private func room<E: BlockElement>(for type: E.Type, _ count: Int) -> [E] {
        [E](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            LargePages.use(for: UnsafeMutableRawBufferPointer(buffer))
            // Safe: all elements are received before anybody reads one, and every bit pattern is a value (Booleans are
            // checked as bytes before the array is handed over).
            initializedCount = count
        }
    }

    private func dataRoom(_ count: Int) -> Data {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        LargePages.use(for: memory)
        // Safe: memory of at least one byte has an address.
        return Data(
            bytesNoCopy: memory.baseAddress!, count: count, deallocator: .custom { start, _ in start.deallocate() })
    }
}

extension AttachedArray {
    /// The array, without a copy where it is of this type already.
    func array<E: BlockElement>(_ type: E.Type) -> [E] {
        if let array = source as? [E] { return array }
        if let array = source as? ContiguousArray<E> { return Array(array) }
        let count = memory.count / MemoryLayout<E>.stride
        return [E](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            // Safe: the buffer has room for as many whole elements as there are bytes for.
            let target = UnsafeMutableRawBufferPointer(buffer)
            LargePages.use(for: target)
            target.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<(count * MemoryLayout<E>.stride)]))
            initializedCount = count
        }
    }

    /// The bytes as data, without a copy where they are data already.
    func data() -> Data {
        source as? Data ?? Data(memory)
    }
}

extension WireReader {
    /// Reads which attachment stands for a block, whose tag was looked at, and goes past it.
    func attachment(at position: inout Int, limit: Int) throws(WireFault) -> (index: Int, attachment: AttachedArray) {
        let start = position
        let tag = try load(UInt8.self, at: &position, limit: limit)
        guard let element = WireElement(attachedTag: tag) else {
            throw .invalid(offset: start, reason: "no value starts with the byte \(tag)")
        }
        let index = try varint(at: &position, limit: limit)
        guard index < UInt64(attachments.count) else {
            throw .invalid(
                offset: start, reason: "attachment \(index) is missing: the payload came with \(attachments.count)")
        }
        let attachment = attachments[Int(index)]
        guard attachment.element == element else {
            throw .invalid(
                offset: start, reason: "attachment \(index) is an array of \(attachment.element), not of \(element)")
        }
        let count = try varint(at: &position, limit: limit)
        guard count == UInt64(attachment.count) else {
            throw .invalid(
                offset: start, reason: "attachment \(index) has \(attachment.count) elements, not \(count)")
        }
        return (Int(index), attachment)
    }

    /// Reads an attached array and goes past it.
    func attachedArray<E: BlockElement>(_ type: E.Type, at position: inout Int, limit: Int) throws(WireFault) -> [E] {
        let (index, attachment) = try attachment(at: &position, limit: limit)
        guard attachment.element == E.wireElement else { throw mismatch(attachment.element, position) }
        if E.self == Bool.self { try reader(ofAttachment: index).checkBools(at: 0, count: attachment.count) }
        return attachment.array(type)
    }

    /// A reader of the bytes of an attachment; of nothing where there is none.
    func reader(ofAttachment index: Int) -> WireReader {
        guard index < attachments.count, let start = attachments[index].memory.baseAddress else {
            return WireReader(base: base, count: 0)
        }
        return WireReader(base: start, count: attachments[index].memory.count)
    }
}
