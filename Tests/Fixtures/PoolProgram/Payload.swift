// SPDX-License-Identifier: Apache-2.0
// A payload of gigabytes, and the memory that it takes.

import Foundation
import Futures
import MPI
import MPIFutures

/// What a worker says of a payload.
struct Receipt: Codable {
    var isRight: Bool
    /// The most memory that the worker has used, in bytes.
    var peak: Int
}

/// A payload of one kind in one direction.
struct Payload {
    private let elements: String
    private let direction: String
    private let size: Int

    /// Reads `bytes|doubles in|out SIZE`; the size is a multiple of a million bytes.
    init(_ words: ArraySlice<String>) throws {
        let words = Array(words)
        guard words.count == 3, let size = Int(words[2]), size % Self.blockSize == 0 else {
            throw ExecutorError(.invalidArgument, "large bytes|doubles in|out SIZE")
        }
        (elements, direction, self.size) = (words[0], words[1], size)
    }

    /// Sends it one way; returns whether it is right (1 or 0), and the peaks of this process and of the worker in bytes.
    func carry(to pool: MPIExecutor) async throws -> String {
        let receipt: Receipt
        switch (elements, direction) {
        case ("bytes", "in"):
            receipt = try await pool.submit(Self.made(size) as [UInt8]) {
                Receipt(isRight: Self.isRight($0), peak: Self.peak())
            }.value
        case ("doubles", "in"):
            receipt = try await pool.submit(Self.made(size) as [Double]) {
                Receipt(isRight: Self.isRight($0), peak: Self.peak())
            }.value
        case ("bytes", _):
            let payload = try await pool.submit(size) { Self.made($0) as [UInt8] }.value
            receipt = Receipt(
                isRight: payload.count == size && Self.isRight(payload), peak: try await Self.largestPeak(of: pool))
        default:
            let payload = try await pool.submit(size) { Self.made($0) as [Double] }.value
            receipt = Receipt(
                isRight: payload.count == size / 8 && Self.isRight(payload), peak: try await Self.largestPeak(of: pool))
        }
        return "\(receipt.isRight ? 1 : 0) \(Self.peak()) \(receipt.peak)"
    }

    /// The most memory that any worker has used.
    private static func largestPeak(of pool: MPIExecutor) async throws -> Int {
        try await pool.submit(0, ranks: pool.workers) { _, communicator in
            try communicator.allGather(Self.peak())
        }.value.max() ?? 0
    }

    private static let blockSize = 1_000_000

    /// A million bytes that look random.
    private static let block: [UInt8] = {
        var random = RandomStream(seed: 1, stream: 2)
        return (0..<blockSize).map { _ in UInt8(truncatingIfNeeded: random.next() >> 20) }
    }()

    /// That many bytes of elements: the block again and again.
    private static func made<Element: BitwiseCopyable>(_ size: Int) -> [Element] {
        let count = size / MemoryLayout<Element>.stride
        return [Element](unsafeUninitializedCapacity: count) { buffer, used in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            for start in stride(from: 0, to: size, by: blockSize) {
                UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + blockSize]).copyBytes(from: block)
            }
            used = count
        }
    }

    /// Whether every byte is that of the block.
    private static func isRight<Element: BitwiseCopyable>(_ elements: [Element]) -> Bool {
        elements.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: blockSize).allSatisfy { start in
                // Safe: an array of at least one element has a base address, and the block lies within it.
                start + blockSize <= bytes.count
                    && block.withUnsafeBytes { memcmp($0.baseAddress!, bytes.baseAddress! + start, blockSize) == 0 }
            }
        }
    }

    /// The most memory that this process has used, in bytes.
    private static func peak() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }
}
