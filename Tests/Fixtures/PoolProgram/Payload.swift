// SPDX-License-Identifier: Apache-2.0
// A payload of gigabytes, and the memory that it takes.

import Foundation
import Futures
import MPI
import MPIFutures

/// What a worker says of a payload.
struct Receipt: Codable {
    var checksum: Double
    /// The most memory that the worker has used, in bytes.
    var peak: Int
}

/// What a worker sends.
struct Delivery<Element: Codable & Sendable>: Codable {
    var elements: [Element]
}

/// A payload of one kind in one direction.
struct Payload {
    private let elements: String
    private let direction: String
    private let size: Int

    /// Reads `bytes|doubles in|out SIZE`.
    init(_ words: ArraySlice<String>) throws {
        let words = Array(words)
        guard words.count == 3, let size = Int(words[2]) else {
            throw ExecutorError(.invalidArgument, "large bytes|doubles in|out SIZE")
        }
        (elements, direction, self.size) = (words[0], words[1], size)
    }

    /// Sends it one way; returns whether it is right (1 or 0), and the peaks of this process and of the worker in bytes.
    func carry(to pool: MPIExecutor) async throws -> String {
        var isRight = false
        var peak = 0
        switch (elements, direction) {
        case ("bytes", "in"):
            let receipt = try await pool.submit(Self.bytes(size)) { Receipt(checksum: Self.sum($0), peak: Self.peak()) }
                .value
            (isRight, peak) = (receipt.checksum == Self.sum(Self.bytes(size / 1000)) * 1000, receipt.peak)
        case ("doubles", "in"):
            let receipt = try await pool.submit(Self.doubles(size / 8)) {
                Receipt(checksum: $0.reduce(0, +), peak: Self.peak())
            }.value
            (isRight, peak) = (receipt.checksum == Double(size / 8), receipt.peak)
        case ("bytes", _):
            isRight = try await pool.submit(size) { Self.bytes($0) }.value.count == size
            peak = try await Self.largestPeak(of: pool)
        default:
            isRight = try await pool.submit(size / 8) { Self.doubles($0) }.value.reduce(0, +) == Double(size / 8)
            peak = try await Self.largestPeak(of: pool)
        }
        return "\(isRight ? 1 : 0) \(Self.peak()) \(peak)"
    }

    /// The most memory that any worker has used.
    private static func largestPeak(of pool: MPIExecutor) async throws -> Int {
        try await pool.submit(0, ranks: pool.workers) { _, communicator in
            try communicator.allGather(Self.peak())
        }.value.max() ?? 0
    }

    private static func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
            for index in 0..<count { buffer.initializeElement(at: index, to: UInt8(index % 10)) }
            used = count
        }
    }

    private static func doubles(_ count: Int) -> [Double] { [Double](repeating: 1, count: count) }

    private static func sum(_ bytes: [UInt8]) -> Double {
        Double(bytes.withUnsafeBufferPointer { $0.reduce(0) { $0 &+ Int($1) } })
    }

    /// The most memory that this process has used, in bytes.
    private static func peak() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }
}
