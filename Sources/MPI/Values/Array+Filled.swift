// SPDX-License-Identifier: Apache-2.0
// Arrays that an operation fills.

extension Array where Element: MPIRepresentable {
    /// Makes an array of `count` elements whose bytes a body writes, all of them.
    static func filled(
        count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(MPIError) -> Void
    ) throws(MPIError) -> [Element] {
        var failure: MPIError?
        let array = [Element](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            do throws(MPIError) {
                try fill(UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<count])))
                initializedCount = count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return array
    }
}
