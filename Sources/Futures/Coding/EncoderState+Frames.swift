// SPDX-License-Identifier: Apache-2.0
// Opens and closes containers in the output.

/// What the output was like before an entry that may have to be taken back.
struct OutputMark {
    fileprivate let count: Int
    fileprivate let start: Int
    fileprivate let pieceCount: Int
    fileprivate let nameCount: Int
    fileprivate let attachmentCount: Int
}

extension EncoderState {
    private static var keyedHeadByteCount: Int { 1 + WireFormat.longLengthByteCount }
    private static var unkeyedHeadByteCount: Int { 1 + 2 * WireFormat.longLengthByteCount }
    private static var shortKeyedHeadByteCount: Int { 2 }
    private static var shortUnkeyedHeadByteCount: Int { 3 }

    /// Turns the value of a frame into a keyed container.
    ///
    /// What can't be done is thrown later.
    func openKeyed(_ frame: Int, _ id: Int) {
        guard activate(frame, id) else { return }
        switch frames[frame].kind {
        case .empty:
            frames[frame].kind = .keyed
            frames[frame].mayRepeat = isNesting
            room(Self.keyedHeadByteCount).storeBytes(of: WireTag.longKeyed, as: UInt8.self)
            count += Self.keyedHeadByteCount
        case .keyed:
            // A superclass and its subclass may both ask for one: they share it, and may use the same key.
            frames[frame].mayRepeat = true
        case .unkeyed, .single:
            fail("A keyed container was asked for after the value had been encoded as something else", frame)
        }
    }

    /// Turns the value of a frame into an unkeyed container.
    ///
    /// What can't be done is thrown later.
    func openUnkeyed(_ frame: Int, _ id: Int) {
        guard activate(frame, id) else { return }
        switch frames[frame].kind {
        case .empty:
            frames[frame].kind = .unkeyed
            room(Self.unkeyedHeadByteCount).storeBytes(of: WireTag.longUnkeyed, as: UInt8.self)
            count += Self.unkeyedHeadByteCount
        case .unkeyed: break
        case .keyed, .single:
            fail("An unkeyed container was asked for after the value had been encoded as something else", frame)
        }
    }

    /// Turns the value of a frame into a single value, which may be written once.
    func useSingle(_ frame: Int, _ id: Int) throws {
        try use(frame, id)
        guard frames[frame].kind == .empty else {
            throw EncodingError.invalidValue(
                (),
                EncodingError.Context(
                    codingPath: path(below: frame),
                    debugDescription: "A single value was encoded after the value had been encoded already."))
        }
        frames[frame].kind = .single
    }

    /// Writes the absent value of a frame, with the number of optionals around it.
    func writeNull(ofFrame frame: Int) {
        var level: UInt8 = 0
        var next = frame
        while frames[next].isPassedOn, next > 0 {
            next -= 1
            if frames[next].type is any OptionalType.Type, level < .max { level += 1 }
        }
        if level == 0 { return write(byte: WireTag.null) }
        write(byte: WireTag.innerNull)
        write(byte: level)
    }

    /// Writes the key of an entry.
    @inline(__always)
    func write(key: some CodingKey, _ frame: Int, _ cursor: inout KeyCursor) {
        let name = key.stringValue
        frames[frame].count += 1
        frames[frame].lastKey = position
        if let offset = keys.expected(name, &cursor) { return write(name, thatStandsAt: offset) }
        write(unexpectedKey: name, key.intValue, frame, &cursor)
    }

    private func write(_ name: String, thatStandsAt offset: Int) {
        if offset >= WireKeyTag.farLimit, name.utf8.count <= 3 {
            // The name itself takes no more than a reference that far.
            return write(name: name, nil)
        }
        count += WireWriter.reference(offset, to: room(WireFormat.scalarByteCountLimit))
        // A frame that holds both ends can't be moved: the offset would be wrong.
        var fixed = frames.count
        while fixed > fixedFrameCount, frames[fixed - 1].start > offset { fixed -= 1 }
        fixedFrameCount = max(fixedFrameCount, fixed)
    }

    private func write(unexpectedKey name: String, _ number: Int?, _ frame: Int, _ cursor: inout KeyCursor) {
        if let plain = name.plainNumber {
            if !keys.isDictionary(cursor), plain <= cursor.lastNumber ?? .min { frames[frame].mayRepeat = true }
            cursor.lastNumber = plain
            return write(keyNumber: plain)
        }
        if !isNesting {
            let finding = keys.search(name, &cursor)
            if finding.mayRepeat { frames[frame].mayRepeat = true }
            if let offset = finding.offset { return write(name, thatStandsAt: offset) }
        }
        let offset = position
        write(name: name, number)
        if name.utf8.count <= WireFormat.referableNameByteCount, !isNesting { keys.define(name, at: offset, &cursor) }
    }

    private func write(name: String, _ number: Int?) {
        let byteCount = name.utf8.count
        let target = room(1 + 2 * WireFormat.varintByteCountLimit + byteCount)
        if let number {
            target.storeBytes(of: WireKeyTag.numberedName, as: UInt8.self)
            count += 1 + WireWriter.zigzag(number, to: target + 1)
            count += WireWriter.varint(UInt64(byteCount), to: base + count)
        } else if byteCount < Int(WireKeyTag.shortNumber) {
            target.storeBytes(of: UInt8(truncatingIfNeeded: byteCount), as: UInt8.self)
            count += 1
        } else {
            target.storeBytes(of: WireKeyTag.longName, as: UInt8.self)
            count += 1 + WireWriter.varint(UInt64(byteCount), to: target + 1)
        }
        write(utf8: name)
    }

    private func write(keyNumber number: Int) {
        let target = room(WireFormat.scalarByteCountLimit)
        if number >= 0, number < Int(WireKeyTag.longName - WireKeyTag.shortNumber) {
            target.storeBytes(of: WireKeyTag.shortNumber + UInt8(truncatingIfNeeded: number), as: UInt8.self)
            count += 1
        } else {
            target.storeBytes(of: WireKeyTag.number, as: UInt8.self)
            count += 1 + WireWriter.zigzag(number, to: target + 1)
        }
    }

    /// Ends all frames from an index on.
    func closeFrames(from index: Int) {
        while frames.count > index { closeLastFrame() }
    }

    /// Ends frames whose bytes are going to be taken back.
    func dropFrames(from index: Int) {
        if frames.count > index { frames.removeSubrange(index...) }
        fixedFrameCount = min(fixedFrameCount, frames.count)
    }

    private func closeLastFrame() {
        let index = frames.count - 1
        let frame = frames[index]
        switch frame.kind {
        case .single: break
        case .empty:
            // A value that encoded nothing is a container without entries.
            write(byte: WireTag.shortKeyed)
            write(byte: 0)
        case .keyed: closeKeyed(frame, isFixed: index < fixedFrameCount)
        case .unkeyed: closeUnkeyed(frame, isFixed: index < fixedFrameCount)
        }
        frames.removeLast()
        fixedFrameCount = min(fixedFrameCount, frames.count)
    }

    private func closeKeyed(_ frame: EncodingFrame, isFixed: Bool) {
        let length = position - frame.start - Self.keyedHeadByteCount
        let tag = WireTag.shortKeyed + (frame.mayRepeat ? WireTag.repeatsOffset : 0)
        let head = memory(at: frame.start)
        if length <= UInt8.max, canMove(frame, isFixed) {
            head.storeBytes(of: tag, as: UInt8.self)
            head.storeBytes(of: UInt8(truncatingIfNeeded: length), toByteOffset: 1, as: UInt8.self)
            moveBody(frame, length, from: Self.keyedHeadByteCount, to: Self.shortKeyedHeadByteCount)
        } else {
            head.storeBytes(of: tag + 1, as: UInt8.self)
            WireWriter.longLength(length + nestedByteCount(in: frame), to: head + 1)
        }
    }

    private func closeUnkeyed(_ frame: EncodingFrame, isFixed: Bool) {
        let length = position - frame.start - Self.unkeyedHeadByteCount
        let head = memory(at: frame.start)
        if length <= UInt8.max, canMove(frame, isFixed) {
            head.storeBytes(of: WireTag.shortUnkeyed, as: UInt8.self)
            head.storeBytes(of: UInt8(truncatingIfNeeded: length), toByteOffset: 1, as: UInt8.self)
            head.storeBytes(of: UInt8(truncatingIfNeeded: frame.count), toByteOffset: 2, as: UInt8.self)
            moveBody(frame, length, from: Self.unkeyedHeadByteCount, to: Self.shortUnkeyedHeadByteCount)
        } else {
            WireWriter.longLength(length + nestedByteCount(in: frame), to: head + 1)
            WireWriter.longLength(frame.count, to: head + 1 + WireFormat.longLengthByteCount)
        }
    }

    /// Whether a container may get the short head: its bytes are in one stretch and no offset in them would be wrong.
    private func canMove(_ frame: EncodingFrame, _ isFixed: Bool) -> Bool {
        !isFixed && !isNesting && frame.start >= start
    }

    private func moveBody(_ frame: EncodingFrame, _ length: Int, from old: Int, to new: Int) {
        let head = memory(at: frame.start)
        // Safe: both stretches lie in the memory that was written since the frame was opened; they may overlap.
        (head + new).copyMemory(from: head + old, byteCount: length)
        count -= old - new
        keys.moveNames(from: frame.firstName, by: new - old)
    }

    /// The bytes of the nested states of a container, which are finished with it.
    private func nestedByteCount(in frame: EncodingFrame) -> Int {
        guard isNesting else { return 0 }
        return pieces[frame.firstPiece...].reduce(0) { sum, piece in
            guard case .nested(let state) = piece.content else { return sum }
            state.closeFrames(from: 0)
            if let failure = state.failure, self.failure == nil { self.failure = failure }
            return sum + state.totalByteCount
        }
    }

    /// What the output is like now.
    func mark() -> OutputMark {
        OutputMark(
            count: count, start: start, pieceCount: pieces.count, nameCount: keys.count,
            attachmentCount: attachments.count)
    }

    /// Takes back an entry that could not be encoded, so that whoever catches the error can go on.
    func rollBack(to mark: OutputMark, _ frame: Int) {
        guard frames.count == frame + 1 else { return }
        frames[frame].count -= 1
        keys.removeNames(from: mark.nameCount)
        if attachments.count > mark.attachmentCount { attachments.removeSubrange(mark.attachmentCount...) }
        if pieces.count > mark.pieceCount {
            for piece in pieces[mark.pieceCount...].dropFirst(mark.count > 0 ? 1 : 0) {
                if case .chunk(let chunk) = piece.content { chunk.deallocate() }
            }
            // If there was something in memory it is the first chunk that was put aside since.
            if mark.count > 0, case .chunk(let chunk) = pieces[mark.pieceCount].content {
                base.deallocate()
                base = chunk
                capacity = pieces[mark.pieceCount].byteCount
            }
            pieces.removeSubrange(mark.pieceCount...)
        }
        start = mark.start
        count = mark.count
    }
}
