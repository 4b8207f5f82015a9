// SPDX-License-Identifier: Apache-2.0
// Bytes of any collection for the parser.

import Futures

@testable import MPIFutures

extension FrameParser {
    /// Takes the bytes of a collection in.
    mutating func parse(_ bytes: some Collection<UInt8>, into frames: inout [Frame]) throws(ExecutorError) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { copy.deallocate() }
        copy.copyBytes(from: bytes)
        try parse(UnsafeRawBufferPointer(copy), into: &frames)
    }
}
