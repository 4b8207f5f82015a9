// SPDX-License-Identifier: Apache-2.0
// Integers and strings in prefixes.

import Futures

extension [UInt8] {
    /// Appends an integer, little-endian.
    mutating func write<Value: FixedWidthInteger>(_ value: Value) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    /// Appends a string with its length in front.
    mutating func write(_ text: String) {
        write(UInt32(text.utf8.count))
        append(contentsOf: text.utf8)
    }
}

/// Reads what was written to a prefix; anything else is an error.
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

    mutating func readText() throws(ExecutorError) -> String {
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
