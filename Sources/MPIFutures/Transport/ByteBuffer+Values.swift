// SPDX-License-Identifier: Apache-2.0
// The small fixed-layout values in front of bodies.

import Futures
import NIOCore

extension ByteBuffer {
    /// Writes a string with its length in front.
    mutating func writeText(_ text: String) {
        let start = writerIndex
        writeInteger(UInt32(0), endianness: .little)
        let count = writeString(text)
        setInteger(UInt32(count), at: start, endianness: .little)
    }

    /// Reads an integer that must be there.
    mutating func take<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws(ExecutorError) -> Value {
        guard let value = readInteger(endianness: .little, as: Value.self) else { throw Self.short }
        return value
    }

    /// Reads what ``writeText(_:)`` wrote.
    mutating func takeText() throws(ExecutorError) -> String {
        let count = Int(try take(UInt32.self))
        guard let text = readString(length: count) else { throw Self.short }
        return text
    }

    private static var short: ExecutorError {
        ExecutorError(.protocolViolation, "a message is shorter than what it says about itself")
    }
}
