// SPDX-License-Identifier: Apache-2.0
// The growing output of the encoder.

extension EncoderState {
    /// The size at which a chunk is put aside and another one begun.
    ///
    /// So a large payload is never copied in order to grow. The allocator gives memory of this size back at once.
    private static var chunkLimit: Int { 64 << 20 }
    /// From this size on an array or string is not copied into a chunk.
    private static var blockThreshold: Int { 32 << 10 }

    /// The offset of the next byte, nested pieces not counted.
    var position: Int { start + count }

    /// Makes room and returns where the next byte goes.
    @inline(__always)
    func room(_ byteCount: Int) -> UnsafeMutableRawPointer {
        if capacity - count < byteCount { grow(byteCount) }
        return base + count
    }

    private func grow(_ byteCount: Int) {
        if count + byteCount > Self.chunkLimit { seal() }
        let wanted = max(count + byteCount, min(2 * capacity, Self.chunkLimit))
        if wanted <= capacity { return }
        let larger = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 16)
        larger.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = larger
        capacity = wanted
    }

    /// Puts what was written aside as a piece.
    func seal() {
        if count == 0 { return }
        let piece: UnsafeMutableRawPointer
        if count < capacity / 2 {
            // A copy of the right size, so that many short pieces don't hold on to large chunks.
            piece = .allocate(byteCount: count, alignment: 16)
            piece.copyMemory(from: base, byteCount: count)
        } else {
            piece = base
            capacity = min(capacity, Self.chunkLimit)
            base = .allocate(byteCount: capacity, alignment: 16)
        }
        pieces.append(PayloadPiece(start: start, byteCount: count, content: .chunk(piece)))
        start += count
        count = 0
    }

    /// Writes one byte.
    @inline(__always)
    func write(byte: UInt8) {
        room(1).storeBytes(of: byte, as: UInt8.self)
        count += 1
    }

    /// Writes an integer.
    @inline(__always)
    func write(integer value: some FixedWidthInteger) {
        count += WireWriter.integer(value, to: room(WireFormat.scalarByteCountLimit))
    }

    /// Writes a Boolean.
    func write(_ value: Bool) { write(byte: value ? WireTag.yes : WireTag.no) }

    /// Writes a `Float`, bit for bit.
    @inline(__always)
    func write(_ value: Float) {
        count += WireWriter.tagged(WireTag.float, value.bitPattern, room(WireFormat.scalarByteCountLimit))
    }

    /// Writes a `Double`, bit for bit.
    @inline(__always)
    func write(_ value: Double) {
        count += WireWriter.tagged(WireTag.double, value.bitPattern, room(WireFormat.scalarByteCountLimit))
    }

    /// Writes a string.
    func write(_ value: String) {
        let byteCount = value.utf8.count
        count += WireWriter.stringHead(byteCount, to: room(WireFormat.scalarByteCountLimit))
        if byteCount >= Self.blockThreshold {
            append(LongString(value))
        } else {
            write(utf8: value)
        }
    }

    /// Writes the bytes of a string.
    @inline(__always)
    func write(utf8 value: String) {
        var value = value
        value.withUTF8 { write(UnsafeRawBufferPointer($0)) }
    }

    /// Writes bytes.
    @inline(__always)
    func write(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        room(bytes.count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    /// Writes a block, or that it is attached.
    func write(_ block: any BlockSource) {
        if block.blockByteCount >= attachmentThreshold, attachments.count < AttachedArray.countLimit {
            count += WireWriter.attachedHead(
                block.wireElement, block.count, index: attachments.count, to: room(WireFormat.scalarByteCountLimit))
            attachments.append(AttachedArray(block))
            return
        }
        count += WireWriter.blockHead(
            block.wireElement, block.count, to: room(WireFormat.scalarByteCountLimit))
        append(block)
    }

    /// Writes the bytes of a block: now if they are few, else when the payload is put together.
    private func append(_ block: any BlockSource) {
        let byteCount = block.blockByteCount
        if byteCount < Self.blockThreshold { return block.withBlockBytes { write($0) } }
        seal()
        pieces.append(PayloadPiece(start: start, byteCount: byteCount, content: .block(block)))
        start += byteCount
    }

    /// The memory of a stretch that was written by a single call, by its offset.
    func memory(at offset: Int) -> UnsafeMutableRawPointer {
        if offset >= start { return base + (offset - start) }
        // Containers are closed from the inside out, so the piece is mostly among the last ones.
        var index = pieces.count - 1
        while true {
            let piece = pieces[index]
            if case .chunk(let chunk) = piece.content, piece.start <= offset { return chunk + (offset - piece.start) }
            index -= 1
        }
    }

    /// The size of the payload, nested pieces included.
    var totalByteCount: Int {
        pieces.reduce(position) { sum, piece in
            if case .nested(let state) = piece.content { sum + state.totalByteCount } else { sum }
        }
    }

    /// Hands out all bytes in order and lets go of each piece at once.
    func drain(_ body: (UnsafeRawBufferPointer) -> Void) {
        for index in pieces.indices {
            let piece = pieces[index]
            switch piece.content {
            case .chunk(let chunk):
                body(UnsafeRawBufferPointer(start: chunk, count: piece.byteCount))
                chunk.deallocate()
                pieces[index] = PayloadPiece(start: piece.start, byteCount: 0, content: .block([UInt8]()))
            case .block(let block): block.withBlockBytes(body)
            case .nested(let state): state.drain(body)
            }
        }
        pieces = []
        body(UnsafeRawBufferPointer(start: base, count: count))
        count = 0
    }
}
