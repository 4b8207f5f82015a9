// SPDX-License-Identifier: Apache-2.0
// What the encoders and containers of one payload share.

/// A value or nested container that is being encoded, on a stack.
struct EncodingFrame {
    /// What the value has turned out to be so far.
    enum Kind {
        /// Nothing was encoded yet.
        case empty
        /// A single value, written or passed on.
        case single
        case keyed
        case unkeyed
    }

    /// Tells this frame from another that takes its place later.
    let id: Int
    /// The type that is being encoded.
    let type: Any.Type
    /// The offset at which the value starts.
    let start: Int
    /// The number of pieces before it.
    let firstPiece: Int
    /// The number of key names before it.
    let firstName: Int
    /// Whether it is the single value of the frame below.
    let isPassedOn: Bool
    /// What it is.
    var kind = Kind.empty
    /// Whether a key may occur twice.
    var mayRepeat = false
    /// The number of elements or entries.
    var count = 0
    /// The offset of the key that was written last.
    var lastKey = 0
}

/// The output, the frames in use and the key names of a payload.
///
/// Containers write straight to the output, one after the other. That needs each nested container to be finished before
/// the next one is begun. Where a type goes back to an earlier one, ``needsNesting`` is set, and the whole value is
/// encoded again with states in which every nested container has a state, and thus an output, of its own.
final class EncoderState {
    // Safe, for all `@exclusivity(unchecked)` here: these properties are only touched by this type's own methods, which
    // run on one thread and call nothing that could come back to the property while it is being changed.

    /// The memory that is written to, which belongs to this object.
    @exclusivity(unchecked) var base: UnsafeMutableRawPointer
    /// How many bytes it has.
    @exclusivity(unchecked) var capacity: Int
    /// How many of them are written.
    @exclusivity(unchecked) var count = 0
    /// How many bytes were written before them and put aside, nested pieces not counted.
    @exclusivity(unchecked) var start = 0
    /// What was put aside.
    @exclusivity(unchecked) var pieces: [PayloadPiece] = []

    /// The blocks that travel beside the payload.
    @exclusivity(unchecked) var attachments: [AttachedArray] = []
    /// From how many bytes on a block does so.
    let attachmentThreshold: Int

    /// What the user gave along.
    let userInfo: [CodingUserInfoKey: any Sendable]
    /// The frames in use.
    @exclusivity(unchecked) var frames: [EncodingFrame] = []
    /// The key names that were written.
    @exclusivity(unchecked) var keys = KeyTable()
    /// The frames below this index hold a key and a reference to it, so that their bytes can't be moved.
    @exclusivity(unchecked) var fixedFrameCount = 0
    /// Whether containers were used in a way that needs states of their own.
    var needsNesting = false
    /// Whether nested containers have states of their own.
    let isNesting: Bool
    /// The first wrong use of a container in a call that can't throw.
    var failure: EncodingError?
    /// The index of the frame of the value whose `encode(to:)` is running.
    private var currentValue = 0
    private let outerDepth: Int
    private var lastID = 0
    private let outerPath: [any CodingKey]

    /// A state that writes everything to one output.
    ///
    /// - Parameter attachmentThreshold: From how many bytes on a block is attached instead.
    init(_ userInfo: [CodingUserInfoKey: any Sendable], attachmentThreshold: Int = .max) {
        self.userInfo = userInfo
        self.attachmentThreshold = attachmentThreshold
        isNesting = false
        outerPath = []
        outerDepth = 0
        capacity = 256
        base = .allocate(byteCount: capacity, alignment: 16)
        frames.reserveCapacity(4)
    }

    /// A state in which nested containers have states of their own, and nothing is attached.
    init(_ userInfo: [CodingUserInfoKey: any Sendable], path: [any CodingKey], depth: Int) {
        self.userInfo = userInfo
        attachmentThreshold = .max
        isNesting = true
        outerPath = path
        outerDepth = depth
        capacity = 64
        base = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit {
        for piece in pieces {
            if case .chunk(let chunk) = piece.content { chunk.deallocate() }
        }
        base.deallocate()
    }

    /// Writes the payload: the header and the value.
    func encodeRoot(_ value: some Encodable) throws {
        write(byte: WireFormat.magic)
        write(byte: WireFormat.version)
        try encode(value)
    }

    /// Encodes a value of any type.
    func encode<T: Encodable>(_ value: T, isPassedOn: Bool = false) throws {
        if write(direct: value) { return }
        guard outerDepth + frames.count < WireFormat.depthLimit else {
            throw EncodingError.invalidValue(
                value,
                EncodingError.Context(
                    codingPath: path(below: frames.count),
                    debugDescription: "Values and containers can be encoded \(WireFormat.depthLimit) deep in one "
                        + "another, but this \(T.self) lies deeper, or refers to itself."))
        }
        let frame = push(T.self, isPassedOn: isPassedOn)
        let outerValue = currentValue
        currentValue = frame
        defer { currentValue = outerValue }
        do {
            try value.encode(to: ValueEncoder(state: self, frame: frame, id: frames[frame].id))
        } catch {
            dropFrames(from: frame)
            throw error
        }
        closeFrames(from: frame)
        if needsNesting || failure != nil { throw takeFailure() }
    }

    /// Opens a frame at the end of the output and returns its index.
    func push(_ type: Any.Type, isPassedOn: Bool = false) -> Int {
        lastID += 1
        frames.append(
            EncodingFrame(
                id: lastID, type: type, start: position, firstPiece: pieces.count,
                firstName: keys.count, isPassedOn: isPassedOn))
        return frames.count - 1
    }

    /// Makes a frame the one that is written to.
    ///
    /// - Returns: whether it can be.
    @inline(__always)
    func activate(_ frame: Int, _ id: Int) -> Bool {
        if frame + 1 == frames.count, frames[frame].id == id { return true }
        return activateBelow(frame, id)
    }

    @inline(never)
    private func activateBelow(_ frame: Int, _ id: Int) -> Bool {
        if frame < frames.count, frames[frame].id == id {
            if frame >= currentValue {
                closeFrames(from: frame + 1)
                return true
            }
            fail("A container was used while a value inside it was being encoded", frame)
        } else if isNesting {
            fail("An encoder or container was used after its value had been encoded", frames.count)
        } else {
            needsNesting = true
        }
        return false
    }

    /// Makes a frame the one that is written to, or throws.
    @inline(__always)
    func use(_ frame: Int, _ id: Int) throws {
        if !activate(frame, id) { throw takeFailure() }
    }

    /// Takes down a wrong use, which is thrown as soon as something can throw.
    func fail(_ what: String, _ frame: Int) {
        if failure == nil {
            failure = .invalidValue(
                (), EncodingError.Context(codingPath: path(below: frame), debugDescription: what + "."))
        }
    }

    /// The error of a container that can't be used; in the quick way it never reaches the user.
    private func takeFailure() -> EncodingError {
        defer { failure = nil }
        return failure
            ?? .invalidValue(
                (), EncodingError.Context(codingPath: [], debugDescription: "A container was used out of turn."))
    }

    /// An encoder that can't be used, for a container that can't be used.
    var deadEncoder: ValueEncoder { ValueEncoder(state: self, frame: .max - 1, id: 0) }

    /// An encoder for a nested container or a superclass, which lasts as long as the value whose part it is.
    func nestedEncoder() -> ValueEncoder {
        guard outerDepth + frames.count < WireFormat.depthLimit else {
            fail("Values and containers can be encoded \(WireFormat.depthLimit) deep in one another", frames.count)
            return deadEncoder
        }
        guard isNesting else {
            let frame = push(KeyedContainer.self)
            return ValueEncoder(state: self, frame: frame, id: frames[frame].id)
        }
        seal()
        let state = EncoderState(userInfo, path: path(below: frames.count), depth: outerDepth + frames.count)
        pieces.append(PayloadPiece(start: start, byteCount: 0, content: .nested(state)))
        let frame = state.push(KeyedContainer.self)
        return ValueEncoder(state: state, frame: frame, id: state.frames[frame].id)
    }

    /// The coding path of the value of a frame.
    func path(below frame: Int) -> [any CodingKey] {
        outerPath
            + frames.prefix(frame).compactMap { frame -> (any CodingKey)? in
                switch frame.kind {
                case .keyed: key(at: frame.lastKey)
                case .unkeyed: BinaryCodingKey(index: max(0, frame.count - 1))
                case .empty, .single: nil
                }
            }
    }

    /// Reads back a key that was written.
    private func key(at offset: Int) -> BinaryCodingKey? {
        guard offset > 0 else { return nil }
        var position = 0
        // Safe: a key is written in one go, so that all its bytes lie in one piece of memory, which ends with them or
        // later; the reader goes no further than the key itself.
        let reader = WireReader(base: UnsafeRawPointer(memory(at: offset)), count: .max)
        switch try? reader.unresolvedKey(at: &position, limit: .max) {
        case .reference(let target): return key(at: target)
        case .some(let found): return reader.codingKey(found)
        case nil: return nil
        }
    }
}
