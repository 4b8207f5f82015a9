// SPDX-License-Identifier: Apache-2.0
// The small fixed-layout values in front of bodies.

import Futures

/// Writes integers and strings one after the other, little-endian.
struct MessageWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func write(_ text: String) {
        let utf8 = text.utf8
        write(UInt32(utf8.count))
        bytes.append(contentsOf: utf8)
    }
}

/// Reads what ``MessageWriter`` wrote; anything else is an error.
struct MessageReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func read<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws(ExecutorError) -> Value {
        let size = MemoryLayout<Value>.size
        guard bytes.count - position >= size else { throw Self.short }
        let start = position
        position += size
        return bytes.withUnsafeBytes { Value(littleEndian: $0.loadUnaligned(fromByteOffset: start, as: Value.self)) }
    }

    mutating func readString() throws(ExecutorError) -> String {
        let count = Int(try read(UInt32.self))
        guard bytes.count - position >= count else { throw Self.short }
        let start = position
        position += count
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private static var short: ExecutorError {
        ExecutorError(.protocolViolation, "a message is shorter than what it says about itself")
    }
}
