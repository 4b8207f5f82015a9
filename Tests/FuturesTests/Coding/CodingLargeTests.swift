// SPDX-License-Identifier: Apache-2.0
// Payloads of hundreds of megabytes and, on demand, of more than 2 GB.

import Foundation
import Futures
import Testing

@Suite(.serialized)
struct CodingLargeTests {
    struct Parts: Codable, Equatable {
        var name = "parts"
        var first: [Double]
        var text: String
        var second: [[Float]]
        var last = 5
    }

    /// Large blocks are put aside and small parts of the payload grow over several pieces of memory.
    @Test(.timeLimit(.minutes(1)))
    func manyPieces() throws {
        let parts = (0..<20).map { index in
            Parts(
                first: [Double](repeating: Double(index), count: index * 1000),
                text: String(repeating: "text ", count: index * 1000),
                second: (0..<50).map { [Float](repeating: Float($0), count: $0 * index * 10) })
        }
        #expect(try BinaryDecoder().decode([Parts].self, from: BinaryEncoder().encode(parts)) == parts)
    }

    /// More small values than fit into one piece of memory.
    @Test(.timeLimit(.minutes(1)), .enabled(if: isEnabled))
    func manySmallValues() throws {
        let texts = (0..<5_000_000).map { "some text that is not very long \($0)" }
        let decoded = try BinaryDecoder().decode([String].self, from: BinaryEncoder().encode(texts))
        #expect(decoded == texts)
    }

    private static let isEnabled = ProcessInfo.processInfo.environment["LARGE_TESTS"] == "1"

    /// 2.2 GB in one block, alone and inside a structure; needs about 7 GB of memory.
    @Test(.timeLimit(.minutes(5)), .enabled(if: isEnabled))
    func moreThanTwoGigabytes() throws {
        let count = 275_000_000
        var values = [Double](repeating: 0, count: count)
        for index in stride(from: 0, to: count, by: 4096) { values[index] = Double(index) }
        values[count - 1] = -1
        let before = try Self.peakByteCount()
        var bytes = try BinaryEncoder().encode(values)
        #expect(bytes.count > 8 * count && bytes.count <= 8 * count + 16)
        let after = try Self.peakByteCount()
        #expect(after < before + 8 * count + (100 << 20), "no third copy")
        #expect(try BinaryDecoder().decode([Double].self, from: bytes) == values)
        bytes = []
        let parts = Parts(first: values, text: "", second: [], last: 7)
        values = []
        bytes = try BinaryEncoder().encode(parts)
        let decoded = try BinaryDecoder().decode(Parts.self, from: bytes)
        #expect(decoded == parts)
    }

    /// More than 4 GB in two blocks, so that no length fits into 32 bits; needs about 14 GB of memory.
    @Test(.timeLimit(.minutes(5)), .enabled(if: isEnabled))
    func moreThanFourGigabytes() throws {
        let block = [UInt8](repeating: 3, count: 2_200_000_000)
        let bytes = try BinaryEncoder().encode(["a": [block, block], "b": [[1]]])
        #expect(try BinaryDecoder().decode(Counted.self, from: bytes).total == 4_400_000_000)
    }

    /// Adds up the blocks, one at a time.
    private struct Counted: Decodable {
        var total = 0

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: AnyKey.self)
            let small = try container.decode([[UInt8]].self, forKey: AnyKey("b"))
            #expect(small == [[1]])
            var blocks = try container.nestedUnkeyedContainer(forKey: AnyKey("a"))
            while !blocks.isAtEnd { total += try blocks.decode([UInt8].self).count }
        }
    }

    /// The most memory that this process ever held, from Linux's own account (`VmHWM`).
    private static func peakByteCount() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) }) * 1024
    }
}
