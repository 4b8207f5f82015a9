// SPDX-License-Identifier: Apache-2.0
// Frames with large arrays beside their bodies, through the parser and over sockets.

import Foundation
import Testing

@testable import Futures
@testable import MPIFutures

@Suite(.timeLimit(.minutes(1)))
struct AttachmentFrameTests {
    private static func payload(_ value: some Encodable, from threshold: Int = 1) throws -> EncodedPayload {
        try BinaryEncoder().encodePayload(value, attachingFrom: threshold)
    }

    /// Frames with no attachment, one, and several, and with bodies of several sizes.
    private static func frames() throws -> [Frame] {
        [
            Frame(kind: .started, task: 7),
            Frame(kind: .returned, task: 1, payload: try payload([1.5, 2.5])),
            Frame(kind: .run, task: 2, prefix: [1, 2, 3], payload: try payload(["a": [1, 2, 3], "b": [4]])),
            Frame(kind: .returned, task: 3, payload: try payload(Data([1, 2, 3, 4]))),
            Frame(kind: .returned, task: 4, prefix: [9], body: [1, 2]),
            Frame(kind: .run, task: 5, payload: try payload([[true], [false, true]])),
            Frame(kind: .leave),
        ]
    }

    @Test func putsEverySplitInTwoTogether() throws {
        let frames = try Self.frames()
        let stream = frames.flatMap(\.bytes)
        for cut in 0...stream.count {
            var parser = FrameParser()
            var parsed: [Frame] = []
            try parser.parse(stream[..<cut], into: &parsed)
            try parser.parse(stream[cut...], into: &parsed)
            #expect(parsed == frames)
        }
    }

    @Test func putsSingleBytesTogether() throws {
        let frames = try Self.frames()
        var parser = FrameParser()
        var parsed: [Frame] = []
        for byte in frames.flatMap(\.bytes) { try parser.parse(CollectionOfOne(byte), into: &parsed) }
        #expect(parsed == frames)
        #expect(
            try BinaryDecoder().decode([String: [Int]].self, from: parsed[2].payload) == ["a": [1, 2, 3], "b": [4]])
    }

    /// Whatever part of it goes straight to where it stays: the frames are the same.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func receivesIntoPlace(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let frames = try Self.frames() + [Frame(kind: .output, body: random.bytes(200))] + Self.frames()
        let stream = frames.flatMap(\.bytes)
        var parser = FrameParser()
        var parsed: [Frame] = []
        var start = 0
        while start < stream.count {
            let size = min(stream.count - start, Int.random(in: 1..<60, using: &random))
            if let landing = parser.landing, Bool.random(using: &random) {
                let count = min(size, landing.memory.count)
                landing.memory.copyBytes(from: stream[start..<start + count])
                parser.landed(count, into: &parsed)
                start += count
            } else {
                try parser.parse(stream[start..<start + size], into: &parsed)
                start += size
            }
        }
        #expect(parsed == frames)
        #expect(parser.landing == nil)
    }

    /// What is announced is where it will stay: no further copy is made of it.
    @Test func handsOverWhatWasReceivedInto() throws {
        let frame = Frame(kind: .returned, payload: try Self.payload([Double](repeating: 3, count: 1000)))
        var head: [UInt8] = []
        frame.writeHead(into: &head)
        var parser = FrameParser()
        var parsed: [Frame] = []
        try parser.parse(head + frame.body, into: &parsed)
        let memory = try #require(parser.landing?.memory)
        #expect(memory.count == 8000)
        memory.copyMemory(from: frame.attachments[0].memory)
        parser.landed(8000, into: &parsed)
        let array = try BinaryDecoder().decode([Double].self, from: parsed[0].payload)
        #expect(array == [Double](repeating: 3, count: 1000))
        #expect(array.withUnsafeBytes(\.baseAddress) == UnsafeRawPointer(memory.baseAddress))
    }

    private func announcement(_ count: UInt64, _ code: UInt64, number: UInt32 = 1, prefix: UInt32 = 16) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.write(UInt64(0))
        bytes.write(UInt64(0))
        bytes.write(UInt64(0))
        bytes.write(UInt32(Frame.Kind.returned.rawValue) | number << 8)
        bytes.write(prefix)
        bytes.write(count)
        bytes.write(code)
        return bytes
    }

    @Test func refusesAnnouncementsThatMakeNoSense() {
        let double = UInt64(DirectElement.double.rawValue)
        let wrong = [
            announcement(0, double), announcement(.max, double), announcement(1 << 61, double),
            announcement(1, 13), announcement(1, 256 + double), announcement(1, .max),
            announcement(1, double, number: 2), announcement(1, double, number: 1 << 20, prefix: 1 << 24),
            announcement(1, double, prefix: 15),
            // More than is believed of a stranger, alone and together.
            announcement(1 << 17 + 1, double),
            announcement(1 << 16 + 1, double, number: 2, prefix: 32) + announcement(1 << 16, double)[32...],
        ]
        for bytes in wrong {
            var parser = FrameParser()
            var frames: [Frame] = []
            let error = #expect(throws: ExecutorError.self) { try parser.parse(bytes, into: &frames) }
            #expect(error?.code == .protocolViolation)
            #expect(frames.isEmpty)
        }
    }

    /// Random changes to good streams: frames or an error, never a trap.
    @Test(arguments: 0..<400 as Range<UInt64>)
    func survivesAnyBytes(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var bytes = try Self.frames().flatMap(\.bytes)
        for _ in 0..<Int.random(in: 1..<6, using: &random) {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        var parser = FrameParser()
        var frames: [Frame] = []
        do {
            try parser.parse(bytes, into: &frames)
        } catch {
            #expect(error.code == .protocolViolation)
        }
        for frame in frames { _ = try? BinaryDecoder().decode([String: [Int]].self, from: frame.payload) }
    }

    /// Large arrays, large bodies and small frames in between, both ways at once and the same one several times.
    @Test func crossesSockets() async throws {
        var ends: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
        let (leftListener, rightListener) = (Listener(), Listener())
        let left = SocketConnection(ends[0], leftListener)
        let right = SocketConnection(ends[1], rightListener)
        for connection in [left, right] {
            connection.trust()
            connection.start()
        }
        let doubles = (0..<600_000).map { Double($0) }
        let large = try Self.payload(["a": doubles, "b": [1, 2]], from: AttachedArray.threshold)
        #expect(large.attachments.count == 1)
        let frames = [
            Frame(kind: .returned, task: 1, payload: large), Frame(kind: .leave),
            Frame(kind: .returned, task: 2, prefix: [1], body: Array(repeating: 3, count: 1_000_000)),
            Frame(kind: .returned, task: 3, payload: large),
            Frame(kind: .returned, task: 4, payload: try Self.payload(Data(repeating: 4, count: 70_000))),
            Frame(kind: .returned, task: 5, payload: try Self.payload([[1, 2], [3]])),
        ]
        for connection in [left, right] {
            for frame in frames { connection.enqueue(frame) }
        }
        left.flush()
        right.flush()
        for listener in [leftListener, rightListener] {
            #expect(try await eventually(within: .seconds(30)) { listener.frames.count == frames.count })
            #expect(listener.frames == frames)
        }
        let received = try BinaryDecoder().decode([String: [Double]].self, from: rightListener.frames[0].payload)
        #expect(received["a"] == doubles)
        left.close()
        #expect(try await eventually(within: .seconds(5)) { leftListener.ends == 1 && rightListener.ends == 1 })
    }
}
