// SPDX-License-Identifier: Apache-2.0
// Datatypes, and the memory that operations own.

import Testing

@testable import MPI

struct ValueTests {
    @Test func datatypesHaveTheSizeOfTheirTypes() {
        func check<T: MPIRepresentable>(_ type: T.Type) {
            #expect(T.datatype.byteCount == MemoryLayout<T>.stride, "\(T.self)")
            #expect(!T.datatype.isOpaque)
        }
        check(Double.self)
        check(Float.self)
        check(Bool.self)
        check(Int.self)
        check(Int8.self)
        check(Int16.self)
        check(Int32.self)
        check(Int64.self)
        check(UInt.self)
        check(UInt8.self)
        check(UInt16.self)
        check(UInt32.self)
        check(UInt64.self)
        #expect(Datatype.lanes(3, of: .lanes(2, of: .float)).byteCount == 24)
    }

    @Test func sinkDropsWhatDoesNotFit() {
        var memory: [UInt8] = [9, 9, 9, 9, 9]
        memory.withUnsafeMutableBytes { bytes in
            let sink = MessageSink(UnsafeMutableRawBufferPointer(rebasing: bytes[..<4]))
            [UInt8](1...3).withUnsafeBytes { sink.append($0) }
            #expect(sink.byteCount == 3)
            [UInt8](4...6).withUnsafeBytes { sink.append($0) }
            #expect(sink.byteCount == 6)
            [UInt8](7...7).withUnsafeBytes { sink.append($0) }
            #expect(sink.byteCount == 7)
        }
        #expect(memory == [1, 2, 3, 4, 9])
    }

    @Test func sinkGrows() {
        let sink = MessageSink()
        var expected: [UInt8] = []
        for length in [3, 0, 5, 100, 1] {
            let part = (0..<length).map { UInt8($0) }
            part.withUnsafeBytes { sink.append($0) }
            expected += part
        }
        #expect(Array(sink.bytes) == expected)
    }
}
