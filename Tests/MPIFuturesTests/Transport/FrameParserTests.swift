// SPDX-License-Identifier: Apache-2.0
// Byte streams into frames, however they are cut, and whatever is in them.

import Futures
import Testing

@testable import MPIFutures

@Suite struct FrameParserTests {
    private static let frames = [
        Frame(kind: .started, task: 7),
        Frame(kind: .returned, task: .max, prefix: [1, 2, 3], body: Array(0..<100)),
        Frame(kind: .leave),
        Frame(kind: .run, task: 1, prefix: [], body: [9]),
        Frame(kind: .progress, task: 2, prefix: Array(repeating: 5, count: 40)),
    ]

    private static let stream = frames.flatMap(\.bytes)

    /// Feeds the parts to a parser one after the other.
    private func parse(_ parts: [ArraySlice<UInt8>]) throws -> [Frame] {
        var parser = FrameParser()
        var frames: [Frame] = []
        for part in parts { try parser.parse(part, into: &frames) }
        return frames
    }

    @Test func readsEveryKind() throws {
        for kind in Frame.Kind.allCases {
            let frame = Frame(kind: kind, task: 3, prefix: [1], body: [2, 3])
            #expect(try parse([frame.bytes[...]]) == [frame])
        }
    }

    @Test func putsEverySplitInTwoTogether() throws {
        for cut in 0...Self.stream.count {
            #expect(try parse([Self.stream[..<cut], Self.stream[cut...]]) == Self.frames)
        }
    }

    @Test func putsEverySplitInThreeTogether() throws {
        let stream = Self.frames[..<2].flatMap(\.bytes)
        for first in 0...stream.count {
            for second in stride(from: first, through: stream.count, by: 3) {
                #expect(
                    try parse([stream[..<first], stream[first..<second], stream[second...]])
                        == Array(Self.frames[..<2]))
            }
        }
    }

    @Test func putsSingleBytesTogether() throws {
        let bytes = Self.stream.indices.map { Self.stream[$0...$0] }
        #expect(try parse(bytes) == Self.frames)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func putsRandomFramesInRandomPartsTogether(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let frames = (0..<30).map { _ in
            Frame(
                kind: Frame.Kind.allCases.randomElement(using: &random) ?? .leave, task: random.next(),
                prefix: random.bytes(Int.random(in: 0..<50, using: &random)),
                body: random.bytes(Int.random(in: 0..<3000, using: &random)))
        }
        let stream = frames.flatMap(\.bytes)
        var parts: [ArraySlice<UInt8>] = []
        var start = 0
        while start < stream.count {
            let end = min(stream.count, start + Int.random(in: 0..<2000, using: &random))
            parts.append(stream[start..<end])
            start = end
        }
        #expect(try parse(parts) == frames)
    }

    @Test func collectsALargeBody() throws {
        var random = SeededRandom(seed: 1)
        let part = random.bytes(1 << 16)
        let frame = Frame(
            kind: .returned, task: 5, prefix: [1, 2], body: Array(repeatElement(part, count: 160).joined()))
        var parser = FrameParser()
        var frames: [Frame] = []
        var head: [UInt8] = []
        frame.writeHead(into: &head)
        try parser.parse(head, into: &frames)
        for _ in 0..<160 {
            #expect(frames.isEmpty)
            try parser.parse(part, into: &frames)
        }
        #expect(frames == [frame])
    }

    @Test func claimsNoMemoryForALengthAlone() throws {
        // A body of 64 TB that never comes.
        var head: [UInt8] = []
        head.write(Frame.largestBody)
        head.write(UInt64(0))
        head.write(UInt64(0))
        head.write(UInt32(Frame.Kind.returned.rawValue))
        head.write(UInt32(Frame.largestPrefix))
        head += Array(repeating: 1, count: 100)
        var parser = FrameParser()
        var frames: [Frame] = []
        try parser.parse(head, into: &frames)
        #expect(frames.isEmpty)
    }

    @Test func refusesHeadersThatNoFrameHas() {
        func header(length: UInt64 = 0, kind: UInt32 = 1, prefix: UInt32 = 0) -> [UInt8] {
            var header: [UInt8] = []
            header.write(length)
            header.write(UInt64(0))
            header.write(UInt64(0))
            header.write(kind)
            header.write(prefix)
            return header
        }
        let kinds = Set(Frame.Kind.allCases.map { UInt32($0.rawValue) })
        let wrong =
            (0...300 as ClosedRange<UInt32>).filter { !kinds.contains($0) }.map { header(kind: $0) }
            + [
                header(kind: 257), header(kind: .max), header(length: Frame.largestBody + 1), header(length: .max),
                header(length: 1 << 63), header(prefix: UInt32(Frame.largestPrefix) + 1), header(prefix: .max),
            ]
        for bytes in wrong {
            var parser = FrameParser()
            var frames: [Frame] = []
            let error = #expect(throws: ExecutorError.self) { try parser.parse(bytes, into: &frames) }
            #expect(error?.code == .protocolViolation)
            #expect(error?.message.contains("it is not a worker of this version") == true)
            #expect(frames.isEmpty)
        }
    }

    @Test func keepsTheFramesBeforeGarbage() {
        var parser = FrameParser()
        var frames: [Frame] = []
        let bytes = Self.stream + Array(repeating: 0xFF, count: Frame.headerSize)
        #expect(throws: ExecutorError.self) { try parser.parse(bytes, into: &frames) }
        #expect(frames == Self.frames)
    }

    /// Random bytes, and good streams with some bytes changed: frames or an error, never a trap, and never more frames
    /// than the bytes have room for.
    @Test(arguments: 0..<400 as Range<UInt64>)
    func survivesAnyBytes(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var bytes = seed % 2 == 0 ? random.bytes(Int.random(in: 0..<400, using: &random)) : Self.stream
        if seed % 2 == 1 {
            for _ in 0..<Int.random(in: 1..<6, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
        }
        var parser = FrameParser()
        var frames: [Frame] = []
        var start = 0
        do {
            while start < bytes.count {
                let end = min(bytes.count, start + Int.random(in: 1..<60, using: &random))
                try parser.parse(bytes[start..<end], into: &frames)
                start = end
            }
        } catch {
            #expect(error.code == .protocolViolation)
        }
        #expect(frames.reduce(0) { $0 + Frame.headerSize + $1.prefix.count + $1.body.count } <= bytes.count)
    }
}
